// Which conversations the list shows: the menu of views, saved views, filters, and how far it was scrolled.
import { $, h } from "/shared/dom.js";
import { get, post } from "/shared/api.js";
import { confirmed, toast } from "/shared/notices.js";
import { label, say } from "/shared/words.js";
import { setTopics, topicName } from "./labels.js";
import { MORE, VIEWS } from "./list.js";
import { ask, field } from "./sheet.js";

const PAGE = 100;
const KEPT = "duet.view";
const FIELDS = ["channel", "group", "language", "topic", "tag", "reason", "operator"];

export class Views {
  constructor({ show, changed, failed }) {
    Object.assign(this, { show, changed, failed });
    this.filter = {};
    this.saved = [];
    this.known = null;
    this.limit = PAGE;
    this.older = [];
    this.after = "";
    this.tab = h("button", { type: "button", id: "more-views", class: "more-views", "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => this.menu() },
      h("span", { class: "tab-name" }), h("span", { class: "count" }));
    $("tab-row").after(h("div", { class: "views-menu", id: "views-menu", role: "menu", hidden: true }));
    $("tab-row").append(this.tab);
    $("views-menu").addEventListener("keydown", (event) => this.keys(event));
    $("views-menu").addEventListener("focusout", (event) => { if (!$("views-menu").contains(event.relatedTarget) && event.relatedTarget !== this.tab) this.hide(); });
    $("more-lines").addEventListener("click", () => this.more());
    new IntersectionObserver((seen) => { if (seen.some((each) => each.isIntersecting)) this.more(); }, { root: $("view-panel"), rootMargin: "200px" }).observe($("more-lines"));
  }

  /** What was looked at before the page was loaded anew. */
  remembered() {
    try {
      const { view, filter } = JSON.parse(sessionStorage.getItem(KEPT));
      this.filter = filter ?? {};
      this.view = [...VIEWS, ...MORE].includes(view) ? view : "waiting";
    } catch {
      this.view = "waiting";
    }
    return this.view;
  }

  start() {
    this.facets().catch(this.failed);
    this.load().catch(this.failed);
  }

  async load() {
    this.saved = (await get("/views")).views;
    this.draw(this.view, this.counts ?? {});
  }

  /** What can be chosen from; asked for once in a while. */
  facets = async () => {
    const found = await get("/facets");
    setTopics(found.topic);
    this.known = found;
    this.draw(this.view, this.counts ?? {});
    return found;
  };

  chosen(view, filter) {
    Object.assign(this, { view, filter, limit: PAGE, older: [], after: "" });
    sessionStorage.setItem(KEPT, JSON.stringify({ view, filter }));
  }

  query(view) {
    const query = new URLSearchParams({ view: view === "bot" ? "waiting" : view, limit: view === "bot" ? 1 : this.limit });
    if (view !== "bot") for (const [name, values] of Object.entries(this.filter)) for (const value of values) query.append(name, value);
    return query.toString();
  }

  /** Lines of the answer; what ended is read page by page, and what was read stays. */
  merged(found, view) {
    if (view !== "closed") {
      this.rest = found.total > found.tickets.length;
      return found.tickets;
    }
    if (!this.older.length) this.after = found.after;
    const fresh = new Set(found.tickets.map((each) => each.id));
    this.older = this.older.filter((each) => !fresh.has(each.id));
    this.rest = Boolean(this.after);
    return [...found.tickets, ...this.older];
  }

  async more() {
    if (!this.rest || this.loading) return;
    this.loading = true;
    try {
      if (this.view === "closed") await this.moreEnded();
      else this.limit += PAGE;
      this.changedQuietly();
    } catch (error) {
      this.failed(error);
    }
    this.loading = false;
  }

  async moreEnded() {
    const found = await get(`/list?${this.query("closed")}&after=${encodeURIComponent(this.after)}`);
    this.older = [...this.older, ...found.tickets];
    this.after = found.after;
  }

  changedQuietly() { document.dispatchEvent(new Event("duet:list")); }

  // The menu ------------------------------------------------------------------------------------------

  draw(view, counts) {
    Object.assign(this, { view, counts });
    const inMenu = MORE.includes(view);
    const saved = this.current();
    this.tab.classList.toggle("on", inMenu || Boolean(saved));
    this.tab.setAttribute("aria-label", say("lists.views"));
    this.tab.querySelector(".tab-name").textContent = `${saved ? saved.name : inMenu ? say(`view.${view}`) : say("lists.more")} ▾`;
    const late = counts.overdue || 0;
    this.tab.querySelector(".count").textContent = saved ? "★" : inMenu ? counts[view] ?? "" : late ? `!${late}` : "…";
    this.tab.classList.toggle("late", !inMenu && !saved && late > 0);
    $("more-lines").hidden = view === "bot" || !this.rest;
    this.tools(view);
  }

  current() {
    const now = JSON.stringify(sorted(this.filter));
    return Object.keys(this.filter).length ? this.saved.find((each) => each.base === this.view && JSON.stringify(sorted(each.filter)) === now) : null;
  }

  menu() {
    const menu = $("views-menu");
    if (!menu.hidden) return this.hide(true);
    const item = (text, count, on, act, drop) => h("div", { class: "menu-line", role: "none" },
      h("button", { type: "button", role: "menuitemradio", "aria-checked": String(on), onclick: () => { this.hide(); act(); } }, h("span", {}, text), h("span", { class: "count" }, count ?? "")),
      drop && h("button", { type: "button", role: "menuitem", class: "quiet small", "aria-label": say("lists.delete_view", { name: text }), onclick: drop }, "✕"));
    const now = this.current();
    menu.replaceChildren(
      ...[...VIEWS, ...MORE].map((view) => item(say(`view.${view}`), this.counts[view], view === this.view && !now, () => this.show(view))),
      ...(this.saved.length ? [h("p", { class: "menu-head", role: "presentation" }, say("lists.saved_views"))] : []),
      ...this.saved.map((each) => item(each.shared ? `${each.name} · ${say("lists.shared")}` : each.name, "★", each === now, () => this.show(each.base, each.filter), each.deletable && (() => this.drop(each)))));
    menu.hidden = false;
    this.tab.setAttribute("aria-expanded", "true");
    (menu.querySelector('[aria-checked="true"]') ?? menu.querySelector("button")).focus();
  }

  hide(back = false) {
    $("views-menu").hidden = true;
    this.tab.setAttribute("aria-expanded", "false");
    if (back) this.tab.focus();
  }

  keys(event) {
    const items = [...$("views-menu").querySelectorAll("button")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") { event.stopPropagation(); return this.hide(true); }
    if (!step) return;
    event.preventDefault();
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
  }

  async drop(view) {
    this.hide(true);
    if (!(await confirmed(say("lists.delete_title"), view.name, say("lists.delete")))) return;
    try {
      await post(`/views/${view.id}/delete`);
      await this.load();
    } catch (error) {
      this.failed(error);
    }
  }

  // Filters -------------------------------------------------------------------------------------------

  tools(view) {
    const chips = Object.entries(this.filter).flatMap(([name, values]) => values.map((value) =>
      h("button", { type: "button", class: "chip choice", "aria-pressed": "true", "aria-label": say("lists.drop_filter", { name: this.valueName(name, value) }), onclick: () => this.without(name, value) }, `${this.valueName(name, value)} ✕`)));
    $("list-tools").hidden = view === "bot";
    const signature = JSON.stringify([this.filter, document.documentElement.lang, this.known !== null, this.saved.length]);
    if (signature === this.drawn) return;
    this.drawn = signature;
    const others = [...$("list-tools").querySelectorAll(".keeps")];
    $("list-tools").replaceChildren(...others,
      h("button", { type: "button", class: "small-tool", id: "filter", onclick: () => this.edit() }, say("lists.filter")),
      ...chips,
      ...(chips.length && !this.current() ? [h("button", { type: "button", class: "chip adder", id: "save-view", onclick: () => this.save() }, say("lists.save_view"))] : []));
  }

  valueName(name, value) {
    if (name === "operator") return this.known?.operator.find((each) => each.id === value)?.name ?? value;
    if (name === "group") return this.known?.group.find((each) => each.id === value)?.[document.documentElement.lang] ?? value;
    if (name === "topic") return topicName(value);
    if (name === "tag") return `#${value}`;
    return label(name === "language" ? "language" : name, value);
  }

  without(name, value) {
    const values = this.filter[name].filter((each) => each !== value);
    const filter = { ...this.filter, [name]: values };
    if (!values.length) delete filter[name];
    this.show(this.view, filter);
  }

  async edit() {
    if (this.view === "bot") return;
    const known = await this.facets().catch(this.failed);
    if (!known) return;
    const selects = Object.fromEntries(FIELDS.map((name) => [name, this.select(name, known)]));
    const read = () => Object.fromEntries(FIELDS.map((name) => [name, selects[name].value ? [selects[name].value] : []]).filter(([, values]) => values.length));
    const filter = await ask(say("lists.filter_title"), h("div", { class: "fields two" }, FIELDS.map((name) => field(`filter-${name}`, say(`lists.field_${name}`), selects[name]))), { yes: say("lists.apply"), read, extra: [[say("lists.reset"), {}]] });
    if (filter) this.show(this.view, filter);
  }

  select(name, known) {
    const options = known[name].map((each) => (typeof each === "string" ? each : each.id));
    const chosen = this.filter[name]?.[0] ?? "";
    if (chosen && !options.includes(chosen)) options.push(chosen);
    return h("select", {}, h("option", { value: "" }, say("lists.any")), options.map((value) => h("option", { value, selected: value === chosen }, this.valueName(name, value))));
  }

  async save() {
    const name = h("input", { type: "text", maxlength: 80, required: true, autocomplete: "off" });
    const shared = h("input", { type: "checkbox", id: "view-shared" });
    const lead = ["lead", "administrator"].includes(this.role);
    const read = () => {
      if (name.value.trim()) return { name: name.value.trim(), base: this.view, filter: this.filter, shared: shared.checked };
      name.setAttribute("aria-invalid", "true");
      return undefined;
    };
    const wanted = await ask(say("lists.save_title"), [field("view-name", say("lists.view_name"), name), lead && h("label", { class: "check" }, shared, " ", say("lists.share"))], { yes: say("lists.save"), read });
    if (!wanted) return;
    try {
      await post("/views", wanted);
      await this.load();
      this.drawn = "";
      this.draw(this.view, this.counts);
      toast(say("lists.view_saved"));
    } catch (error) {
      this.failed(error);
    }
  }
}

const sorted = (filter) => Object.fromEntries(Object.entries(filter).sort());
