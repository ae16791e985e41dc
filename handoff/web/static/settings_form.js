// A form of settings: fills fields from what holds, saves them, and tells a fault at its field.
import { h } from "/shared/dom.js";
import { get, post } from "/shared/api.js";
import { toast } from "/shared/notices.js";
import { failed } from "/shared/page.js";
import { say } from "/shared/words.js";

const steps = (name) => name.split(".");
const at = (value, name) => steps(name).reduce((part, step) => part?.[step], value);

function put(value, name, what) {
  const path = steps(name);
  const last = path.pop();
  path.reduce((part, step) => (part[step] ??= {}), value)[last] = what;
}

/** Ties `form` to the section at `path`; the names of fields are its keys, with points between. */
export async function settingsForm(form, path, { fill = () => {}, collect = () => {} } = {}) {
  const summary = form.querySelector("#fault");
  let held = { value: {}, version: 0 };
  const fields = () => [...form.elements].filter((each) => each.name);
  const show = () => {
    for (const field of fields()) {
      if (field.type === "checkbox") field.checked = Boolean(at(held.value, field.name));
      else field.value = at(held.value, field.name) ?? "";
    }
    fill(held.value);
  };
  const collected = () => {
    const value = structuredClone(held.value);
    for (const field of fields()) put(value, field.name, field.type === "checkbox" ? field.checked : field.type === "number" ? Number(field.value) : field.value.trim());
    collect(value);
    return value;
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    summary.hidden = true;
    const wrong = [...form.elements].filter((each) => each.matches("input, select, textarea")).map(checked).filter(Boolean);
    if (wrong.length) return void wrong[0].focus();
    try {
      held = await post(path, { value: collected(), version: held.version });
      show();
      toast(say("settings.saved"));
    } catch (error) {
      if (![409, 422].includes(error.status)) return void failed(error);
      if (error.status === 409) held.version = error.details.version;
      const field = form.elements[String(error.details.field ?? "").replace(/^value\./, "")];
      if (field?.name) mark(field, error.words);
      else summary.textContent = error.words;
      summary.hidden = Boolean(field?.name);
    }
  });
  form.addEventListener("input", (event) => { if (event.target.hasAttribute("aria-invalid")) checked(event.target); });
  try {
    held = await get(path);
    show();
  } catch (error) {
    failed(error);
  }
}

/** The field where something is wrong with it, said beneath it; null where all is well. */
export function checked(field) {
  const limits = { min: field.min, max: field.max };
  const state = field.validity;
  const blank = field.required && !field.value.trim();
  const words = state.rangeUnderflow || state.rangeOverflow || state.badInput || state.stepMismatch ? say("fault.range", limits) : state.valueMissing || blank ? say("fault.empty") : "";
  mark(field, words);
  return words ? field : null;
}

/** Says beneath a field what is wrong with it, or takes that away. */
export function mark(field, words) {
  const id = `${field.id}-fault`;
  document.getElementById(id)?.remove();
  field.toggleAttribute("aria-invalid", false);
  const told = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((each) => each && each !== id);
  if (words) {
    field.setAttribute("aria-invalid", "true");
    field.after(h("p", { class: "fault", id }, words));
    told.push(id);
  }
  if (told.length) field.setAttribute("aria-describedby", told.join(" "));
  else field.removeAttribute("aria-describedby");
}
