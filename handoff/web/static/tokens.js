// Keys for other programs: what each may do, in whose name, and when it was last used.
import { $, h, keyed } from "/shared/dom.js";
import { get, post } from "/shared/api.js";
import { confirmed, toast } from "/shared/notices.js";
import { data, failed, start } from "/shared/page.js";
import { clockTime, dayName, say } from "/shared/words.js";

let tokens = [];
let operators = [];

const when = (iso) => `${dayName(iso)}, ${clockTime(iso)}`;
const scopeName = (scope) => say(`tokens.scope_${scope.replace(":", "_")}`);

function draw() {
  keyed($("tokens"), tokens, (each) => each.id, card);
  $("none").hidden = tokens.length > 0;
}

function card(token) {
  return h("li", { class: "card-block" },
    h("div", { class: "sheet-head" }, h("h2", { class: "address" }, token.name), token.revoked_at ? h("span", { class: "chip" }, say("tokens.revoked")) : null),
    h("p", {}, token.scopes.map(scopeName).join(", ")),
    h("p", { class: "hint" }, [
      say("tokens.acts_for", { name: token.operator.display_name }),
      say("tokens.made", { who: token.created_by, time: when(token.created_at) }),
      token.used_at ? say("tokens.used", { time: when(token.used_at) }) : say("tokens.unused"),
    ].join(" ")),
    token.revoked_at ? null : h("div", { class: "row" }, h("button", { type: "button", class: "bad", onclick: () => revoke(token.id) }, say("tokens.revoke"))));
}

async function load() {
  ({ tokens, operators } = await get("/tokens"));
  draw();
}

async function revoke(id) {
  const token = tokens.find((each) => each.id === id);
  if (!(await confirmed(say("tokens.revoke_title", { name: token.name }), say("tokens.revoke_text"), say("tokens.revoke")))) return;
  await post(`/tokens/${id}/revoke`).then(load).catch(failed);
}

function add() {
  const dialog = $("dialog");
  const fault = h("p", { class: "fault", role: "alert", hidden: true });
  const form = h("form", { class: "fields" },
    h("h2", { id: "dialog-title" }, say("tokens.add")),
    h("div", { class: "field" }, h("label", { for: "t-name" }, say("tokens.name")), h("input", { id: "t-name", required: true, maxlength: 80, autofocus: true }), h("p", { class: "hint" }, say("tokens.name_hint"))),
    h("fieldset", { class: "field" }, h("legend", {}, say("tokens.scopes")), data.scopes.map((scope, at) => h("label", { class: "check" }, h("input", { type: "checkbox", value: scope, checked: at === 0 }), " ", scopeName(scope)))),
    h("div", { class: "field" }, h("label", { for: "t-operator" }, say("tokens.operator")), h("select", { id: "t-operator" }, operators.map((each) => h("option", { value: each.id }, each.display_name))), h("p", { class: "hint" }, say("tokens.operator_hint"))),
    fault,
    h("div", { class: "dialog-actions" }, h("button", { type: "button", onclick: () => dialog.close() }, say("action.cancel")), h("button", { class: "primary" }, say("tokens.make"))));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    fault.hidden = true;
    const scopes = [...form.querySelectorAll("fieldset input:checked")].map((box) => box.value);
    try {
      const made = await post("/tokens", { name: $("t-name").value, scopes, operator: $("t-operator").value });
      await load();
      dialog.replaceChildren(
        h("h2", { id: "dialog-title" }, say("tokens.secret_title")), h("p", {}, say("tokens.secret_text")), h("output", { class: "secret" }, made.token),
        h("div", { class: "dialog-actions" }, h("button", { type: "button", class: "primary", autofocus: true, onclick: () => dialog.close() }, say("action.got_it"))));
    } catch (error) {
      if (error.status !== 422) return failed(error);
      fault.textContent = scopes.length ? error.words : say("tokens.no_scopes");
      fault.hidden = false;
    }
  });
  dialog.onclose = null;
  dialog.replaceChildren(form);
  dialog.showModal();
}

$("add").addEventListener("click", () => (operators.length ? add() : toast(say("tokens.no_operators"), true)));
await start(draw);
await load().catch(failed);
