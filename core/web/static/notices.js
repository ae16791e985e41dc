// Short notices, the banner above everything, and dialogs.
import { $, h } from "./dom.js";
import { say } from "./words.js";

const SHOWN_MS = 5000;

export function toast(text, bad = false) {
  const line = h("p", { class: bad ? "toast bad" : "toast" }, text);
  $("toasts").append(line);
  setTimeout(() => line.remove(), bad ? SHOWN_MS * 1.6 : SHOWN_MS);
}

export function banner(text) {
  $("banner").textContent = text;
  $("banner").hidden = !text;
}

/** Asks before something that cannot be taken back; true for yes. */
export function confirmed(title, text, yes) {
  return new Promise((resolve) => {
    const dialog = $("dialog");
    const done = (answer) => () => { dialog.close(answer); };
    dialog.replaceChildren(
      h("h2", { id: "dialog-title" }, title),
      h("p", {}, text),
      h("div", { class: "dialog-actions" },
        h("button", { type: "button", onclick: done("no") }, say("action.cancel")),
        h("button", { type: "button", class: "primary danger", onclick: done("yes"), autofocus: true }, yes)));
    dialog.onclose = () => resolve(dialog.returnValue === "yes");
    dialog.returnValue = "no";
    dialog.showModal();
  });
}

/** Says what the keys do: pairs of a key and the end of its word `dialog.help_…`. */
export function showHelp(keys) {
  const dialog = $("dialog");
  dialog.onclose = null;
  dialog.replaceChildren(
    h("h2", { id: "dialog-title" }, say("dialog.help_title")),
    h("dl", { class: "keys" }, keys.map(([key, name]) => h("div", {}, h("dt", {}, key.split(" ").map((each) => h("kbd", {}, each))), h("dd", {}, say(`dialog.help_${name}`))))),
    h("div", { class: "dialog-actions" }, h("button", { type: "button", class: "primary", autofocus: true, onclick: () => dialog.close() }, say("action.got_it"))));
  dialog.showModal();
}
