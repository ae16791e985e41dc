// The customer beside the conversation: who they are on all channels, what is noted of them, what was before.
import { $, h } from "/shared/dom.js";
import { get, post } from "/shared/api.js";
import { confirmed, toast } from "/shared/notices.js";
import { clockTime, customerName, dayName, label, say } from "/shared/words.js";
import { topicName } from "./labels.js";
import { ask, field } from "./sheet.js";

const KEPT = "duet.card";
const WIDE = matchMedia("(min-width: 1200px)");
const LEADS = ["lead", "administrator"];

export class Card {
  constructor({ open, failed, facets, loaded }) {
    Object.assign(this, { open, failed, facets, loaded });
    this.subject = null;
    this.role = "";
    this.shown = WIDE.matches && localStorage.getItem(KEPT) !== "closed";
    // A window made narrow must not hide the conversation behind the card.
    WIDE.addEventListener("change", () => { this.shown = WIDE.matches && localStorage.getItem(KEPT) !== "closed"; this.draw(); });
  }

  /** Shows the customer of what is opened: `{ticket}`, `{conversation}` or `{key}`; null for nobody. */
  show(subject) {
    if (this.pinned && !subject?.key) return;
    if (JSON.stringify(subject) === JSON.stringify(this.subject)) return;
    this.subject = subject;
    this.data = null;
    this.loyalty = null;
    this.draw();
    if (subject) this.refresh();
  }

  /** The card of somebody found by the search, on top of what is opened. */
  showKey(key) {
    this.shown = true;
    this.subject = null;
    this.pinned = true;
    this.show({ key });
  }

  toggle() {
    this.shown = !this.shown;
    if (WIDE.matches) localStorage.setItem(KEPT, this.shown ? "open" : "closed");
    this.draw();
    if (this.shown) $("card").focus();
  }

  /** Another conversation was chosen: its customer comes next. */
  unpin() { this.pinned = false; }

  close() {
    this.shown = false;
    this.pinned = false;
    if (WIDE.matches) localStorage.setItem(KEPT, "closed");
    this.draw();
  }

  /** Whether it lies over the conversation, as it does where there is no room beside it. */
  over() { return this.shown && Boolean(this.subject) && !WIDE.matches; }

  async refresh() {
    if (!this.subject) return;
    const subject = this.subject;
    try {
      const found = await get(`/customer?${new URLSearchParams(subject)}`);
      if (subject !== this.subject) return;
      this.data = found;
      this.loaded(found, subject);
      this.draw();
      if (found.phone && !this.loyalty) this.points(subject, found.customer);
    } catch (error) {
      if (subject === this.subject && error.status !== 404) this.failed(error);
    }
  }

  async points(subject, customer) {
    const found = await get(`/customer/loyalty?key=${encodeURIComponent(customer)}`).catch(() => ({ state: "down" }));
    if (subject !== this.subject) return;
    this.loyalty = found;
    this.draw();
  }

  async change(work) {
    try {
      await work();
    } catch (error) {
      this.failed(error);
    }
    await this.refresh();
  }

  draw() {
    const visible = this.shown && Boolean(this.subject);
    $("panes").classList.toggle("with-card", visible);
    $("card").hidden = !visible;
    $("toggle-card").setAttribute("aria-pressed", String(visible));
    if (!visible) return;
    const draft = $("card-note")?.value ?? "";
    const focused = document.activeElement?.id === "card-note";
    const scrolled = $("card").scrollTop;
    $("card").replaceChildren(
      h("div", { class: "card-head" }, h("h2", { id: "card-title" }, this.data ? customerName(this.data.name) : say("card.title"), this.data?.vip && h("span", { class: "chip vip" }, "VIP")),
        h("button", { type: "button", class: "quiet", "aria-label": say("card.close"), onclick: () => this.close() }, "✕")),
      ...(this.data ? this.parts(this.data) : [h("p", { class: "hint" }, say("card.loading"))]));
    if (draft && $("card-note")) $("card-note").value = draft;
    if (focused) $("card-note")?.focus();
    $("card").scrollTop = scrolled;
  }

  parts(card) {
    return [
      this.facts(card), this.points_part(card), this.tags(card), this.notes(card), this.past(card),
      card.ratings.length > 0 && part("ratings", card.ratings.slice(0, 5).map((each) => h("p", {}, `${"★".repeat(each.score)}${"☆".repeat(5 - each.score)} `, h("span", { class: "hint" }, dayName(each.at)), each.comment && h("br"), each.comment))),
      card.offers.length > 0 && part("offers", h("ul", {}, card.offers.map((each) => h("li", {}, `${each.name} · ${dayName(each.at)}`)))),
      this.merging(card),
    ].filter(Boolean);
  }

  facts(card) {
    const rows = [
      ...card.channels.map((each) => [label("channel", each.channel), [customerName(each.name), each.last_seen_at && h("span", { class: "hint" }, ` · ${dayName(each.last_seen_at)}`)]]),
      card.language && [say("card.language"), label("language", card.language)],
      [say("card.phone"), card.phone ? [card.phone, h("span", { class: "verified" }, ` ✓ ${say("card.verified")}`)] : h("span", { class: "hint" }, say("card.unverified"))],
      (card.manager || LEADS.includes(this.role)) && [say("card.manager"), card.manager ? card.manager.display_name : h("span", { class: "hint" }, say("card.nobody"))],
    ].filter(Boolean);
    return h("section", { class: "card-part" },
      h("dl", { class: "facts" }, rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
      LEADS.includes(this.role) && h("button", { type: "button", class: "chip adder", id: "edit-vip", onclick: () => this.editVip(card) }, say("card.edit_vip")));
  }

  points_part(card) {
    if (!card.phone) return null;
    const state = this.loyalty?.state;
    if (!state) return part("loyalty", h("p", { class: "hint" }, say("card.loading")));
    if (state !== "known") return part("loyalty", h("p", { class: "hint" }, say(`card.loyalty_${state}`)));
    const { loyalty } = this.loyalty;
    const money = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: "RUB", maximumFractionDigits: 0 }).format(loyalty.worth_kopecks / 100);
    return part("loyalty", [
      h("p", {}, h("strong", {}, say("card.points", { points: loyalty.points })), ` · ${money}`),
      h("p", {}, `${say("card.card")} ${loyalty.card} · ${label("cardstatus", loyalty.status)}`),
      loyalty.expires_points > 0 && h("p", { class: "hint" }, say("card.expires", { points: loyalty.expires_points, day: new Date(loyalty.expires_on).toLocaleDateString(document.documentElement.lang, { day: "numeric", month: "long" }) }))]);
  }

  tags(card) {
    return part("tags", h("div", { class: "chips" }, card.tags.map((tag) => h("button", { type: "button", class: "chip choice", "aria-label": say("card.drop_tag", { tag }), onclick: () => this.setTags(card, card.tags.filter((each) => each !== tag)) }, `${tag} ✕`)),
      h("button", { type: "button", class: "chip adder", id: "add-customer-tag", onclick: () => this.addTag(card) }, say("card.add_tag"))));
  }

  setTags(card, tags) {
    return this.change(() => post("/customer/profile", { customer: card.customer, tags }));
  }

  async addTag(card) {
    const own = h("input", { type: "text", maxlength: 40, autocomplete: "off" });
    const tag = await ask(say("card.add_tag"), field("customer-tag", say("lists.new_tag"), own), { yes: say("lists.save"), read: () => own.value.trim() || undefined });
    if (tag) this.setTags(card, [...card.tags, tag]);
  }

  async editVip(card) {
    const known = await this.facets();
    const vip = h("input", { type: "checkbox", id: "card-vip", checked: card.vip });
    const manager = h("select", {}, h("option", { value: "" }, say("card.nobody")), known.operator.map((each) => h("option", { value: each.id, selected: each.id === card.manager?.id }, each.name)));
    const wanted = await ask(say("card.edit_vip"), [h("label", { class: "check" }, vip, " VIP"), field("card-manager", say("card.manager"), manager)], { yes: say("lists.save"), read: () => ({ vip: vip.checked, manager: manager.value }) });
    if (wanted) this.change(() => post("/customer/profile", { customer: card.customer, ...wanted }));
  }

  notes(card) {
    const box = h("textarea", { id: "card-note", rows: 2, maxlength: 2000, "aria-label": say("card.note_label"), placeholder: say("card.note_hint") });
    const add = () => {
      const text = box.value.trim();
      if (text) this.change(async () => { await post("/customer/notes", { customer: card.customer, text }); $("card-note").value = ""; });
    };
    box.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) add(); });
    return part("notes", [
      card.notes.map((note) => h("div", { class: "card-note" }, h("p", {}, note.text),
        h("p", { class: "hint" }, `${note.by?.display_name ?? ""} · ${dayName(note.at)} `, h("button", { type: "button", class: "quiet small", "aria-label": say("card.delete_note"), onclick: () => this.change(() => post(`/customer/notes/${note.id}/delete`)) }, "✕")))),
      h("div", { class: "note-form" }, box, h("button", { type: "button", onclick: add }, say("card.add_note"))),
    ]);
  }

  past(card) {
    const others = card.past.filter((each) => each.id !== this.subject.conversation);
    if (!others.length) return null;
    return part("past", h("ul", { class: "past" }, others.map((each) => h("li", {}, h("button", { type: "button", class: "hit", onclick: () => this.open({ kind: "past", id: each.id }) },
      h("span", { class: "hit-head" }, h("span", {}, label("channel", each.channel)), h("span", { class: "spring" }), h("span", {}, `${dayName(each.started_at)}, ${clockTime(each.started_at)}`)),
      h("span", { class: "last" }, each.first_line || say("turn.empty")),
      (each.topic || each.tags.length > 0) && h("span", { class: "chips" }, each.topic && h("span", { class: "chip strong" }, topicName(each.topic)), each.tags.map((tag) => h("span", { class: "chip tag" }, tag))))))));
  }

  merging(card) {
    return part("merging", [
      card.joined.map((each) => h("p", { class: "joined" }, say(`card.joined_${each.how}`, { name: each.who?.display_name ?? "", channels: [...new Set(each.customers.map((key) => label("channel", key.split(":")[0])))].join(", ") }), " ",
        h("button", { type: "button", class: "small", onclick: () => this.undo(each) }, say("card.undo")))),
      h("button", { type: "button", class: "chip adder", id: "merge", onclick: () => this.merge(card) }, say("card.merge"))]);
  }

  async undo(joining) {
    if (!(await confirmed(say("card.undo_title"), say("card.undo_text"), say("card.undo")))) return;
    this.change(async () => { await post(`/customer/joinings/${joining.id}/undo`); toast(say("card.parted")); });
  }

  async merge(card) {
    const found = h("div", { class: "choices one" });
    const status = h("p", { class: "hint", role: "status" }, say("card.merge_text"));
    const name = h("input", { type: "search", maxlength: 100, autocomplete: "off" });
    let timer;
    const other = await ask(say("card.merge_title"), (end) => {
      name.addEventListener("input", () => {
        clearTimeout(timer);
        timer = setTimeout(async () => {
          const hits = name.value.trim() ? (await get(`/search?q=${encodeURIComponent(name.value)}`)).customers : [];
          const known = new Set(card.channels.map((each) => each.customer));
          const fresh = hits.filter((each) => !known.has(each.key));
          found.replaceChildren(...fresh.map((each) => h("button", { type: "button", onclick: () => end(each) }, h("span", {}, customerName(each.name)), h("span", { class: "when" }, `${label("channel", each.channel)} · ${dayName(each.last_seen_at)}`))));
          status.textContent = name.value.trim() && !fresh.length ? say("talk_search.nothing") : say("card.merge_text");
        }, 200);
      });
      return [field("merge-name", say("card.merge_name"), name), status, found];
    }, { yes: null });
    if (!other?.key) return;
    this.change(async () => { await post("/customer/merge", { customer: card.customer, other: other.key }); toast(say("card.merged")); });
  }
}

const part = (name, ...content) => h("section", { class: `card-part ${name}` }, h("h3", {}, say(`card.${name}`)), content);
