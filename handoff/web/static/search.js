// Finding an article by phrase, from anywhere with one key.
import { get } from "/shared/api.js";
import { $, h, keyed } from "/shared/dom.js";
import { flat, rich } from "/shared/rich.js";
import { percent, say } from "/shared/words.js";

const PAUSE_MS = 150;

export class Search {
  constructor({ failed }) {
    this.failed = failed;
    this.found = [];
    this.shown = "";
    this.at = 0;
    this.asked = 0;
    this.box = $("search-text");
    this.box.addEventListener("input", () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.ask(), PAUSE_MS); });
    this.box.addEventListener("keydown", (event) => this.key(event));
    $("search-close").addEventListener("click", () => $("search").close());
    // A click beside the panel closes it, as with any layer above a page.
    $("search").addEventListener("click", (event) => { if (event.target === $("search")) $("search").close(); });
  }

  /** Opens the panel. `insert` and `choose` take an article, or are null where that cannot be done. */
  open({ language, text = "", about = "", insert, choose }) {
    Object.assign(this, { language, insert, choose });
    $("search-about").textContent = about;
    $("search-about").hidden = !about;
    this.box.value = text;
    Object.assign(this, { found: [], shown: "" });
    this.draw();
    $("search").showModal();
    this.box.select();
    if (text) this.ask();
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.at = Math.max(0, Math.min(this.found.length - 1, this.at + step));
      return this.draw();
    }
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    this.enter(event.ctrlKey ? this.choose : this.insert);
  }

  /** Enter is about what was typed, not about what an earlier phrase had found. */
  async enter(wants) {
    clearTimeout(this.timer);
    if (this.box.value.trim() !== this.shown) await this.ask();
    const chosen = this.found[this.at];
    if (!chosen || this.box.value.trim() !== this.shown) return;
    if (wants) this.done(wants, chosen);
    else this.preview(chosen);
  }

  async ask() {
    const text = this.box.value.trim();
    const mine = (this.asked += 1);
    try {
      const { articles } = text ? await get(`/articles?language=${this.language}&text=${encodeURIComponent(text)}`) : { articles: [] };
      if (mine !== this.asked) return; // a later question was asked meanwhile
      Object.assign(this, { found: articles, at: 0, shown: text });
      this.draw(Boolean(text));
    } catch (error) {
      this.failed(error);
    }
  }

  draw(asked = false) {
    $("search-none").hidden = !(asked && this.found.length === 0);
    const items = this.found.map((each, n) => ({ ...each, n, chosen: n === this.at, insertable: Boolean(this.insert), choosable: Boolean(this.choose), words: document.documentElement.lang }));
    keyed($("search-found"), items, (item) => item.article, (item) => this.line(item));
  }

  line(item) {
    const pick = (work) => () => this.done(work(), item);
    return h("li", { id: `found-${item.article}`, class: item.chosen ? "chosen" : null },
      h("div", { class: "found-head" },
        h("span", { class: "article" }, item.title),
        item.internal && h("span", { class: "chip internal" }, say("search.internal")),
        h("span", { class: "probability" }, percent(item.probability))),
      item.text ? h("div", { class: "found-text" }, rich(item.text)) : item.line !== item.title && h("p", { class: "found-line" }, flat(item.line)),
      h("div", { class: "found-actions" },
        h("button", { type: "button", class: "small show", "aria-expanded": String(Boolean(item.text)), onclick: () => this.preview(item) }, say("search.show")),
        item.insertable && h("button", { type: "button", class: "small insert", onclick: pick(() => this.insert) }, say("teach.insert")),
        item.choosable && h("button", { type: "button", class: "small choose", title: say("teach.choose_hint"), onclick: pick(() => this.choose) }, `✓ ${say("teach.choose")}`)));
  }

  /** Shows an article's whole text in its place, or hides it again. */
  async preview({ article, language }) {
    const found = this.found.find((each) => each.article === article);
    if (!found) return;
    try {
      found.text = found.text ? "" : (await get(`/articles/${article}?language=${language}`)).text;
    } catch (error) {
      return this.failed(error);
    }
    this.draw(true);
  }

  done(work, article) {
    $("search").close();
    work(article);
  }
}
