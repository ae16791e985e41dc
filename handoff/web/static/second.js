// Setting up a second factor: scan, type a code, keep the recovery codes.
import { $, h } from "/shared/dom.js";
import { get, post } from "/shared/api.js";
import { toast } from "/shared/notices.js";
import { failed } from "/shared/page.js";
import { say } from "/shared/words.js";

let state = null;

export function drawSecond() {
  if (!state) return;
  $("second-state").textContent = say(state.on ? "second.is_on" : state.must_enrol ? "second.must" : "second.is_off");
  $("second").classList.toggle("attention", state.must_enrol);
  $("second-actions").replaceChildren(
    h("button", { type: "button", class: state.on ? null : "primary", onclick: begin }, say(state.on ? "second.renew" : "second.begin")),
    state.on ? h("button", { type: "button", onclick: askOff }, say("second.turn_off")) : "");
}

export async function loadSecond() {
  try {
    state = await get("/account/second");
    drawSecond();
  } catch (error) {
    failed(error);
  }
}

function show(...parts) {
  $("second-setup").hidden = parts.length === 0;
  $("second-setup").replaceChildren(...parts);
}

/** A form with one field for a code; `work` may refuse it. */
function codeForm(word, yes, work) {
  const fault = h("p", { class: "fault", role: "alert", hidden: true });
  const input = h("input", { id: "second-code", autocomplete: "one-time-code", autocapitalize: "none", spellcheck: "false", required: true });
  const form = h("form", { class: "fields code-form" }, h("div", { class: "field" }, h("label", { for: "second-code" }, say(word)), input), fault,
    h("div", { class: "row" }, h("button", { class: "primary" }, say(yes)), h("button", { type: "button", onclick: () => show() }, say("action.cancel"))));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    fault.hidden = true;
    try {
      await work(input.value);
    } catch (error) {
      if (![403, 422, 429].includes(error.status)) return failed(error);
      fault.textContent = error.words;
      fault.hidden = false;
      input.select();
    }
  });
  queueMicrotask(() => input.focus());
  return form;
}

async function begin() {
  try {
    const made = await post("/account/second/begin");
    show(
      h("p", {}, say("second.scan")),
      h("img", { class: "qr", src: made.picture, alt: say("second.secret", { secret: made.secret }) }),
      h("p", { class: "hint secret-key" }, say("second.secret", { secret: made.secret.replace(/(.{4})/g, "$1 ").trim() })),
      codeForm("second.code", "second.confirm", confirm));
  } catch (error) {
    failed(error);
  }
}

async function confirm(code) {
  const { recovery } = await post("/account/second/confirm", { code });
  toast(say("second.done"));
  show(
    h("h3", {}, say("second.recovery_title")), h("p", {}, say("second.recovery_text")),
    h("ul", { class: "recovery" }, recovery.map((each) => h("li", {}, each))),
    h("div", { class: "row" }, h("button", { type: "button", class: "primary", onclick: () => show() }, say("action.got_it"))));
  await loadSecond();
}

function askOff() {
  show(codeForm("second.code_or_recovery", "second.turn_off", async (code) => {
    await post("/account/second/off", { code });
    toast(say("second.turned_off"));
    show();
    await loadSecond();
  }));
}
