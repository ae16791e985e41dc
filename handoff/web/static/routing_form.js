// A form over one section of the settings: inputs write into a draft, faults appear at their fields, and a
// draft that was not saved survives errors and reloads.
import { $, h } from "/shared/dom.js";
import { get, post } from "/shared/api.js";
import { data, failed } from "/shared/page.js";
import { toast } from "/shared/notices.js";
import { knows, say } from "/shared/words.js";

let forms = [];

export class Form {
  /** `build(form)` returns the fields; it runs again whenever lines come, go or move. */
  constructor(section, build) {
    this.section = section;
    this.build = build;
    this.stored = data.sections[section];
    this.faults = [];
    const kept = JSON.parse(sessionStorage.getItem(this.key) ?? "null");
    this.value = kept?.version === this.stored.version ? kept.value : structuredClone(this.stored.value);
    this.box = h("form", { class: "card-block settings", id: `form-${section}`, novalidate: true, onsubmit: (event) => { event.preventDefault(); this.save(); } });
    $("forms").append(this.box);
    forms.push(this);
  }

  get key() { return `duet.draft.${this.section}`; }

  get changed() { return JSON.stringify(this.value) !== JSON.stringify(this.stored.value); }

  draw(focus) {
    const focused = focus ?? document.activeElement?.dataset?.at;
    this.box.replaceChildren(...[this.build(this)].flat(Infinity).filter(Boolean), this.foot());
    if (focused) this.box.querySelector(`[data-at="${CSS.escape(focused)}"]`)?.focus();
  }

  foot() {
    const { changed_by: by, changed_at: at } = this.stored;
    const when = at ? new Date(at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }) : "";
    this.save_button = h("button", { type: "submit", class: "primary" }, say("form.save"));
    this.undo_button = h("button", { type: "button", onclick: () => this.undo() }, say("form.undo"));
    this.mark();
    return h("div", { class: "row form-foot" },
      this.topFaults(),
      this.save_button, this.undo_button,
      h("span", { class: "hint" }, at ? say("form.changed", { name: by, time: when }) : say("form.default")));
  }

  mark() {
    if (this.save_button) this.save_button.disabled = this.undo_button.disabled = !this.changed;
  }

  touched() {
    sessionStorage.setItem(this.key, JSON.stringify({ version: this.stored.version, value: this.value }));
    this.mark();
  }

  undo() {
    this.value = structuredClone(this.stored.value);
    this.faults = [];
    sessionStorage.removeItem(this.key);
    this.draw();
  }

  async save() {
    try {
      this.stored = await post(`/routing/${this.section}`, { version: this.stored.version, value: this.value });
    } catch (error) {
      this.faults = error.details?.faults ?? [];
      if (error.code === "settings_changed") await this.meet();
      if (error.code !== "settings_faulty") return failed(error);
      toast(say("error.settings_faulty"), true);
      this.draw(this.faults[0]?.at);
      return;
    }
    this.faults = [];
    this.value = structuredClone(this.stored.value);
    sessionStorage.removeItem(this.key);
    data.sections[this.section] = this.stored;
    toast(say("form.saved"));
    for (const form of forms) form.draw();
  }

  /** Somebody else saved first: what was typed stays, theirs is what undoing leads to. */
  async meet() {
    this.stored = await get(`/routing/${this.section}`).catch(() => this.stored);
    this.touched();
    this.draw();
  }

  // Values by path -----------------------------------------------------------------------------------

  get(path) { return path.split(".").reduce((value, part) => value?.[part], this.value); }

  set(path, value) {
    const parts = path.split(".");
    const last = parts.pop();
    const holder = parts.reduce((each, part) => (each[part] ??= {}), this.value);
    holder[last] = value;
    this.mended(path);
    this.touched();
  }

  /** A field that is being changed is no longer called wrong; saving will tell. */
  mended(path) {
    this.faults = this.faults.filter((fault) => fault.at !== path && !fault.at.startsWith(`${path}.`));
    const input = this.box.querySelector(`[data-at="${CSS.escape(path)}"]`);
    input?.removeAttribute("aria-invalid");
    input?.closest(".field")?.querySelector(".fault")?.remove();
  }

  drop(path) {
    const parts = path.split(".");
    const last = parts.pop();
    delete this.get(parts.join("."))[last];
    this.touched();
  }

  // Fields -------------------------------------------------------------------------------------------

  field(path, word, input, { hint, hiddenLabel } = {}) {
    const id = `${this.section}-${path}`.replaceAll(".", "-");
    const faults = this.faults.filter((fault) => fault.at === path || fault.at.startsWith(`${path}.`));
    input.id = id;
    input.dataset.at = path;
    const describes = [hint && `${id}-hint`, faults.length && `${id}-fault`].filter(Boolean).join(" ");
    if (describes) input.setAttribute("aria-describedby", describes);
    if (faults.length) input.setAttribute("aria-invalid", "true");
    return h("div", { class: "field" },
      h("label", { for: id, class: hiddenLabel ? "hidden" : null }, word),
      input,
      hint && h("span", { class: "hint", id: `${id}-hint` }, hint),
      faults.length > 0 && h("span", { class: "fault", id: `${id}-fault` }, faults.map(words).join(" ")));
  }

  text(path, word, options = {}) {
    const input = h("input", { value: this.get(path) ?? "", placeholder: options.placeholder, type: options.type ?? "text", list: options.list,
      oninput: (event) => this.set(path, event.target.value) });
    return this.field(path, word, input, options);
  }

  /** Words separated by commas. */
  words(path, word, options = {}) {
    const input = h("input", { value: (this.get(path) ?? []).join(", "), list: options.list,
      oninput: (event) => this.set(path, event.target.value.split(",").map((each) => each.trim()).filter(Boolean)) });
    return this.field(path, word, input, options);
  }

  /** A whole number; empty is null where that is allowed. */
  number(path, word, options = {}) {
    const value = this.get(path);
    const factor = options.factor ?? 1;
    const input = h("input", { type: "number", inputmode: "numeric", min: options.min ?? 0, max: options.max, step: 1, placeholder: options.placeholder,
      value: value === null || value === undefined ? "" : String(Math.round(value * factor)),
      oninput: (event) => {
        const text = event.target.value;
        if (text === "" && options.absent) return this.drop(path);
        this.set(path, text === "" ? null : factor === 1 ? Number(text) : Number(text) / factor);
      } });
    return this.field(path, word, input, options);
  }

  select(path, word, choices, options = {}) {
    const value = this.get(path) ?? "";
    const known = choices.some(([each]) => each === value) ? choices : [...choices, [value, value]];
    const input = h("select", { onchange: (event) => { this.set(path, event.target.value); if (options.redraw) this.draw(path); } },
      known.map(([each, text]) => h("option", { value: each, selected: each === value }, text)));
    return this.field(path, word, input, options);
  }

  check(path, word) {
    const input = h("input", { type: "checkbox", checked: Boolean(this.get(path)), data: { at: path }, onchange: (event) => this.set(path, event.target.checked) });
    return h("label", { class: "check" }, input, word);
  }

  /** A time in seconds, written as "20 s", "2 min" or "1 h". */
  time(path, word, options = {}) {
    const input = h("input", { value: written(this.get(path)), placeholder: options.placeholder ?? "—", oninput: (event) => {
      const seconds = readTime(event.target.value);
      this.set(path, seconds === undefined ? event.target.value : seconds);
    } });
    return this.field(path, word, input, options);
  }

  /** Several of a few: each a checkbox. */
  several(path, word, choices, { hint } = {}) {
    const chosen = new Set(this.get(path) ?? []);
    const known = [...choices, ...[...chosen].filter((each) => !choices.some(([value]) => value === each)).map((each) => [each, each])];
    return h("fieldset", { class: "several" }, h("legend", {}, word),
      h("div", { class: "checks" }, known.map(([value, text]) => h("label", { class: "check" },
        h("input", { type: "checkbox", checked: chosen.has(value), data: { at: `${path}.${value}` }, onchange: (event) => {
          if (event.target.checked) chosen.add(value); else chosen.delete(value);
          this.set(path, known.map(([each]) => each).filter((each) => chosen.has(each)));
        } }), text))),
      hint && h("span", { class: "hint" }, hint));
  }

  topFaults() {
    const shown = new Set([...this.box.querySelectorAll("[data-at]")].map((each) => each.dataset.at));
    const rest = this.faults.filter((fault) => ![...shown].some((at) => fault.at === at || fault.at.startsWith(`${at}.`)));
    return rest.length > 0 && h("p", { class: "fault top-fault", role: "alert" }, rest.map(words).join(" "));
  }

  // Lines that can be moved --------------------------------------------------------------------------

  move(path, n, step) {
    const list = this.get(path);
    const to = n + step;
    if (to < 0 || to >= list.length) return;
    [list[n], list[to]] = [list[to], list[n]];
    this.faults = [];
    this.touched();
    this.draw(`${path}.${to}`);
    $("toasts").replaceChildren(h("p", { class: "hidden" }, say("form.moved", { place: to + 1, count: list.length })));
  }

  remove(path, n) {
    this.get(path).splice(n, 1);
    this.faults = [];
    this.touched();
    this.draw(`${path}.${Math.max(0, n - 1)}`);
  }

  add(path, line) {
    const list = this.get(path);
    list.push(line);
    this.touched();
    this.draw(`${path}.${list.length - 1}`);
  }

  /** Buttons of a line; Alt with the arrow keys moves the line that has the focus. */
  handles(path, n, { order = true, keep = false } = {}) {
    const last = this.get(path).length - 1;
    return h("span", { class: "handles" },
      order && h("button", { type: "button", class: "small", disabled: n === 0, "aria-label": say("form.up"), title: say("form.up"), onclick: () => this.move(path, n, -1) }, "↑"),
      order && h("button", { type: "button", class: "small", disabled: n === last, "aria-label": say("form.down"), title: say("form.down"), onclick: () => this.move(path, n, 1) }, "↓"),
      !keep && h("button", { type: "button", class: "small", "aria-label": say("form.remove"), title: say("form.remove"), onclick: () => this.remove(path, n) }, "✕"));
  }

  line(path, n, title, children, options = {}) {
    const faults = this.faults.filter((fault) => fault.at === `${path}.${n}`);
    return h("section", { class: "line-card", tabindex: -1, data: { at: `${path}.${n}` }, "aria-label": title,
      onkeydown: (event) => {
        const step = event.altKey && { ArrowUp: -1, ArrowDown: 1 }[event.key];
        if (!step || options.order === false) return;
        event.preventDefault();
        this.move(path, n, step);
      } },
      h("div", { class: "line-title" }, h("h3", {}, title), this.handles(path, n, options)),
      faults.length > 0 && h("p", { class: "fault line-fault", role: "alert" }, faults.map(words).join(" ")),
      h("div", { class: "grid" }, children));
  }
}

const words = (fault) => (knows(`fault.${fault.code}`) ? say(`fault.${fault.code}`, fault) : say("fault.other"));

const UNITS = [["h", 3600], ["min", 60], ["s", 1]];

function written(seconds) {
  if (seconds === null || seconds === undefined) return "";
  if (typeof seconds !== "number") return String(seconds);
  const [unit, size] = UNITS.find(([, each]) => seconds % each === 0);
  return `${seconds / size} ${say(`form.${unit}`)}`;
}

function readTime(text) {
  if (!text.trim()) return null;
  const match = /^\s*(\d+)\s*(с|сек|s|sec|м|мин|m|min|ч|час|h)?\.?\s*$/i.exec(text);
  if (!match) return undefined;
  const unit = (match[2] ?? "s").toLowerCase()[0];
  return Number(match[1]) * ({ ч: 3600, h: 3600, м: 60, m: 60 }[unit] ?? 1);
}

/** Draws all forms, and again when the language changes. */
export const drawForms = () => { for (const form of forms) form.draw(); };

export const lang = () => document.documentElement.lang;
export const groupNames = () => (data.sections.groups?.value.groups ?? []).map((group) => [group.id, group.name[lang()]]);
export const channels = () => data.channels.map((each) => [each, knows(`channel.${each}`) ? say(`channel.${each}`) : each]);
