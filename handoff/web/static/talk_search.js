// Searching what was said: one field, results while typing, each opens its conversation at that turn.
import { $, h } from "/shared/dom.js";
import { get } from "/shared/api.js";
import { clockTime, customerName, dayName, label, say } from "/shared/words.js";

const REST_MS = 200;

export class TalkSearch {
  constructor({ open, customer, facets, failed }) {
    Object.assign(this, { open, customer, facets, failed });
    this.dialog = $("talk-search");
    this.asked = 0;
    this.button = h("button", { type: "button", class: "small-tool keeps", id: "find-talk", onclick: () => this.show() });
    $("list-tools").prepend(this.button);
    this.name();
  }

  name() { this.button.textContent = say("talk_search.open"); }

  show(query = this.field?.value ?? "") {
    this.field = h("input", { type: "search", id: "talk-search-text", autocomplete: "off", maxlength: 200, value: query, "aria-label": say("talk_search.label"), placeholder: say("talk_search.hint"), "aria-controls": "talk-found", oninput: () => this.later() });
    const choice = (name) => h("select", { "aria-label": say(`lists.field_${name}`), onchange: () => this.look() }, h("option", { value: "" }, say(`talk_search.any_${name}`)));
    [this.channel, this.operator] = ["channel", "operator"].map(choice);
    this.fill(this.channel, this.operator).catch(this.failed);
    [this.from, this.until] = ["from", "until"].map((name) => h("input", { type: "date", "aria-label": say(`talk_search.${name}`), title: say(`talk_search.${name}`), onchange: () => this.look() }));
    this.found = h("div", { id: "talk-found", class: "talk-found" });
    this.status = h("p", { class: "hint", role: "status" });
    this.dialog.setAttribute("aria-label", say("talk_search.label"));
    this.dialog.replaceChildren(h("form", { class: "talk-search-form", onsubmit: (event) => { event.preventDefault(); this.found.querySelector("button")?.click(); } },
      h("div", { class: "talk-search-head" }, this.field, h("button", { type: "button", class: "quiet", "aria-label": say("talk_search.close"), onclick: () => this.dialog.close() }, "✕")),
      h("div", { class: "talk-search-where" }, this.channel, this.operator, h("label", {}, `${say("talk_search.from")} `, this.from), h("label", {}, `${say("talk_search.until")} `, this.until)),
      this.status), this.found);
    this.dialog.onkeydown = (event) => this.arrows(event);
    if (!this.dialog.open) this.dialog.showModal();
    this.field.select();
    this.look();
  }

  /** What can be chosen comes a little later; typing does not wait for it. */
  async fill(channel, operator) {
    const known = await this.facets();
    channel.append(...known.channel.map((each) => h("option", { value: each }, label("channel", each))));
    operator.append(...known.operator.map((each) => h("option", { value: each.id }, each.name)));
  }

  arrows(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.target.matches("select, input[type=date]")) return;
    event.preventDefault();
    const hits = [...this.found.querySelectorAll("button")];
    const next = hits.indexOf(document.activeElement) + step;
    (next < 0 ? this.field : hits[Math.min(next, hits.length - 1)])?.focus();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), REST_MS);
  }

  query(after = "") {
    const query = new URLSearchParams({ q: this.field.value, channel: this.channel.value, operator: this.operator.value, after });
    const day = (value, more) => { const date = new Date(`${value}T00:00`); date.setDate(date.getDate() + more); return String(date.getTime()); };
    if (this.from.value) query.set("from_ms", day(this.from.value, 0));
    if (this.until.value) query.set("until_ms", day(this.until.value, 1));
    return query;
  }

  async look(after = "") {
    const asked = ++this.asked;
    if (!this.field.value.trim()) {
      this.found.replaceChildren();
      this.status.textContent = say("talk_search.tip");
      return;
    }
    try {
      const found = await get(`/search?${this.query(after)}`);
      if (asked === this.asked) this.draw(found, after);
    } catch (error) {
      this.failed(error);
    }
  }

  draw(found, after) {
    const hits = [
      ...(found.customers.length ? [h("h3", {}, say("talk_search.customers")), ...found.customers.map((hit) => this.person(hit))] : []),
      ...(found.messages.length && found.customers.length ? [h("h3", {}, say("talk_search.messages"))] : []),
      ...found.messages.map((hit) => this.message(hit)),
    ];
    this.found.querySelector(".more-lines")?.remove();
    if (after) this.found.append(...hits);
    else this.found.replaceChildren(...hits);
    if (found.after) this.found.append(h("button", { type: "button", class: "quiet more-lines", onclick: () => this.look(found.after) }, say("lists.more_lines")));
    const none = !this.found.querySelector("button");
    this.status.textContent = found.numbers_left_out ? say("talk_search.numbers") : none ? say("talk_search.nothing") : found.complete ? "" : say("talk_search.incomplete");
  }

  message(hit) {
    const go = () => { this.dialog.close(); this.open(hit.ticket && !hit.ended ? { kind: "ticket", id: hit.ticket } : { kind: "past", id: hit.conversation }, hit.turn); };
    return h("button", { type: "button", class: "hit", onclick: go },
      h("span", { class: "hit-head" }, h("span", { class: "customer" }, customerName(hit.customer)), h("span", {}, label("channel", hit.channel)), h("span", { class: "spring" }), h("time", { datetime: hit.at }, `${dayName(hit.at)}, ${clockTime(hit.at)}`)),
      h("span", { class: "hit-text" }, h("span", { class: "hit-author" }, `${say(`turn.${hit.author}`)}: `), pieces(hit)));
  }

  person(hit) {
    return h("button", { type: "button", class: "hit", onclick: () => { this.dialog.close(); this.customer(hit.key); } },
      h("span", { class: "hit-head" }, h("span", { class: "customer" }, pieces(hit)), h("span", {}, label("channel", hit.channel)), h("span", { class: "spring" }), h("time", { datetime: hit.last_seen_at }, dayName(hit.last_seen_at))));
  }
}

const pieces = (hit) => hit.pieces.map((piece) => (piece.hit ? h("mark", {}, piece.text) : piece.text));
