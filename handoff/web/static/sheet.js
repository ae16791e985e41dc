// A dialog with fields: what was entered when it is confirmed, null when it is left.
import { $, h } from "/shared/dom.js";
import { say } from "/shared/words.js";

/**
 * Shows `content` under a title; `read` is asked for the outcome and may return undefined to stay open.
 * `content` may also end the dialog itself by calling the function it is given.
 */
export function ask(title, content, { yes = say("lists.apply"), read = () => true, extra = [] } = {}) {
  return new Promise((resolve) => {
    const dialog = $("dialog");
    let outcome = null;
    const end = (value) => { outcome = value; dialog.close(); };
    const form = h("form", { class: "sheet-form", method: "dialog", novalidate: true, onsubmit: (event) => {
      event.preventDefault();
      const value = read();
      if (value !== undefined) end(value);
    } },
    h("h2", { id: "dialog-title" }, title),
    typeof content === "function" ? content(end) : content,
    h("div", { class: "dialog-actions" },
      extra.map(([word, value]) => h("button", { type: "button", onclick: () => end(value) }, word)),
      h("button", { type: "button", onclick: () => end(null) }, say("action.cancel")),
      yes && h("button", { type: "submit", class: "primary" }, yes)));
    dialog.replaceChildren(form);
    dialog.onclose = () => resolve(outcome);
    dialog.showModal();
    form.querySelector("input, select, textarea, .choices button")?.focus();
  });
}

/** A field with its label. */
export function field(id, text, control, hint = "") {
  control.id = id;
  if (hint) control.setAttribute("aria-describedby", `${id}-hint`);
  return h("div", { class: "field" }, h("label", { for: id }, text), control, hint && h("p", { class: "hint", id: `${id}-hint` }, hint));
}
