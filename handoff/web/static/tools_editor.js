// Editing a list of things on a settings page; each fault the server names is shown at its field.
import { h } from "/shared/dom.js";
import { knows, say } from "/shared/words.js";

/** An input bound to `target[name]`; `path` is how the server calls it. */
export function bound(target, name, path, words, { tag = "input", changed = () => {}, ...attributes } = {}) {
  const control = h(tag, { "aria-label": words, data: { path }, ...attributes });
  if (attributes.type === "checkbox") control.checked = Boolean(target[name]);
  else control.value = target[name] ?? "";
  control.addEventListener("input", () => {
    target[name] = attributes.type === "checkbox" ? control.checked : attributes.type === "number" ? Number(control.value) : control.value;
    control.removeAttribute("aria-invalid");
    document.getElementById(`fault-${path}`)?.remove();
    changed();
  });
  return control;
}

/** A select bound to `target[name]`. */
export function chosen(target, name, path, words, options, changed = () => {}) {
  const control = bound(target, name, path, words, { tag: "select", changed });
  control.append(...options.map(([value, text]) => h("option", { value, selected: value === target[name] }, text)));
  return control;
}

/** Marks what the server refused, and goes to the first of it. */
export function showFaults(root, faults) {
  for (const old of root.querySelectorAll(".fault")) old.remove();
  let first = null;
  for (const fault of faults) {
    const known = [...root.querySelectorAll("[data-path]")];
    const control = known.find((each) => each.dataset.path === fault.at) ?? known.find((each) => each.dataset.path.startsWith(`${fault.at}.`));
    if (!control) continue;
    const id = `fault-${control.dataset.path}`;
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", id);
    control.after(h("p", { class: "fault", id }, say(knows(`flaw.${fault.kind}`) ? `flaw.${fault.kind}` : "flaw.other")));
    first ??= control;
  }
  const folded = first?.closest("details");
  if (folded) folded.open = true;
  first?.focus();
}

export const newId = () => `r${Date.now().toString(36)}${Math.floor(Math.random() * 1296).toString(36)}`;
