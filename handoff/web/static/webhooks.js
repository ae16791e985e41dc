// Outgoing webhooks: who is told of what, and what became of it.
import { $, h, keyed } from "/shared/dom.js";
import { get, post } from "/shared/api.js";
import { confirmed, toast } from "/shared/notices.js";
import { data, failed, start } from "/shared/page.js";
import { clockTime, dayName, say } from "/shared/words.js";

const REFRESH_MS = 3000;
let hooks = [];
let opened = "";
let deliveries = [];

function draw() {
  keyed($("hooks"), hooks.map((each) => ({ ...each, log: each.id === opened ? deliveries : null })), (each) => each.id, card);
  $("none").hidden = hooks.length > 0;
}

const hookNow = (id) => hooks.find((each) => each.id === id);

function card(hook) {
  const state = hook.active ? (hook.failures ? "failing" : "on") : "off";
  return h("li", { class: "card-block" },
    h("div", { class: "sheet-head" },
      h("h2", { class: "address" }, hook.url), h("span", { class: `chip ${{ on: "strong", failing: "urgent", off: "" }[state]}` }, say(`webhooks.state_${state}`, { count: hook.failures }))),
    h("p", { class: "hint" }, hook.events.map((event) => say(`webhooks.event.${event}`)).join(", ")),
    h("div", { class: "row" },
      h("button", { type: "button", onclick: () => edit(hookNow(hook.id)) }, say("webhooks.edit")),
      h("button", { type: "button", onclick: () => test(hook.id) }, say("webhooks.test")),
      h("button", { type: "button", "aria-expanded": String(hook.log !== null), onclick: () => toggleLog(hook.id) }, say("webhooks.log")),
      h("button", { type: "button", class: "bad", onclick: () => remove(hookNow(hook.id)) }, say("webhooks.remove"))),
    hook.log === null ? null : log(hook.log));
}

function log(lines) {
  if (!lines.length) return h("p", { class: "empty" }, say("webhooks.no_deliveries"));
  return h("ol", { class: "deliveries" }, lines.map((each) => h("li", {},
    h("div", { class: "row" },
      h("span", { class: `chip ${{ delivered: "strong", failed: "urgent", waiting: "" }[each.status]}` }, say(`webhooks.status.${each.status}`)),
      h("strong", {}, say(`webhooks.event.${each.event}`)),
      h("time", { datetime: each.created_at, class: "hint" }, when(each.created_at)),
      h("button", { type: "button", class: "small", onclick: () => again(each.id) }, say("webhooks.again"))),
    h("p", { class: "hint" }, outcome(each)),
    h("details", {}, h("summary", {}, say("webhooks.payload")), h("pre", {}, pretty(each.payload))))));
}

const when = (iso) => `${dayName(iso)}, ${clockTime(iso)}`;
const pretty = (text) => JSON.stringify(JSON.parse(text), null, 2);

function outcome(each) {
  const answer = each.response ? say("webhooks.answered", { status: each.response }) : each.error || say("webhooks.not_tried");
  const next = each.next_at && each.attempts ? ` ${say("webhooks.next", { time: when(each.next_at) })}` : "";
  return `${say("webhooks.attempts", { count: each.attempts })}. ${answer}.${next}`;
}

async function load() {
  hooks = (await get("/webhooks")).webhooks;
  if (opened) deliveries = hookNow(opened) ? (await get(`/webhooks/${opened}/deliveries`)).deliveries : [];
  draw();
}

async function toggleLog(id) {
  opened = opened === id ? "" : id;
  deliveries = [];
  await load().catch(failed);
}

async function test(id) {
  try {
    await post(`/webhooks/${id}/test`);
    opened = id;
    toast(say("webhooks.testing"));
    await load();
  } catch (error) {
    failed(error);
  }
}

const again = (id) => post(`/webhooks/deliveries/${id}/again`).then(load).catch(failed);

async function remove(hook) {
  if (!(await confirmed(say("webhooks.remove_title"), say("webhooks.remove_text", { url: hook.url }), say("webhooks.remove")))) return;
  await post(`/webhooks/${hook.id}/remove`).then(load).catch(failed);
}

function edit(hook) {
  const dialog = $("dialog");
  const fault = h("p", { class: "fault", role: "alert", hidden: true });
  const chosen = hook?.events ?? data.events;
  const form = h("form", { class: "fields" },
    h("h2", { id: "dialog-title" }, say(hook ? "webhooks.edit" : "webhooks.add")),
    h("div", { class: "field" }, h("label", { for: "hook-url" }, say("webhooks.url")), h("input", { id: "hook-url", type: "url", required: true, value: hook?.url ?? "", placeholder: "https://" })),
    h("fieldset", { class: "field" }, h("legend", {}, say("webhooks.events")),
      data.events.map((event) => h("label", { class: "check" }, h("input", { type: "checkbox", value: event, checked: chosen.includes(event) }), " ", say(`webhooks.event.${event}`)))),
    hook ? h("label", { class: "check" }, h("input", { type: "checkbox", id: "hook-active", checked: hook.active }), " ", say("webhooks.active")) : null,
    fault,
    h("div", { class: "dialog-actions" }, h("button", { type: "button", onclick: () => dialog.close() }, say("action.cancel")), h("button", { class: "primary" }, say("action.save"))));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    fault.hidden = true;
    const events = [...form.querySelectorAll("fieldset input:checked")].map((box) => box.value);
    const body = { url: $("hook-url").value, events, active: $("hook-active")?.checked ?? true };
    try {
      const made = await post(hook ? `/webhooks/${hook.id}` : "/webhooks", body);
      await load();
      if (made.secret) showSecret(made.secret);
      else dialog.close();
    } catch (error) {
      if (error.status !== 422) return failed(error);
      fault.textContent = faultWords(error.details.detail ?? "") || error.words;
      fault.hidden = false;
    }
  });
  dialog.onclose = null;
  dialog.replaceChildren(form);
  dialog.showModal();
}

const FAULTS = [[/must begin/, "begin"], [/password/, "password"], [/public address/, "private"], [/choose events/, "events"]];
const faultWords = (detail) => { const found = FAULTS.find(([pattern]) => pattern.test(detail)); return found ? say(`webhooks.fault_${found[1]}`) : ""; };

function showSecret(secret) {
  const dialog = $("dialog");
  dialog.replaceChildren(
    h("h2", { id: "dialog-title" }, say("webhooks.secret_title")), h("p", {}, say("webhooks.secret_text")),
    h("output", { class: "secret" }, secret),
    h("div", { class: "dialog-actions" }, h("button", { type: "button", class: "primary", autofocus: true, onclick: () => dialog.close() }, say("action.got_it"))));
}

$("add").addEventListener("click", () => edit(null));
await start(draw);
await load().catch(failed);
setInterval(() => { if (opened && !document.hidden && !$("dialog").open) load().catch(failed); }, REFRESH_MS);
