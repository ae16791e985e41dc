// A list above the composer that typing opens: `/` for canned replies, `@` for colleagues.
import { $, h } from "/shared/dom.js";

const MOST = 8;

export class Picker {
  /** `sources`: `{ pattern, when(), items(query), line(item), text(item) }`; the pattern's first group is the query. */
  constructor({ composer, sources }) {
    Object.assign(this, { composer, sources, source: null, items: [], at: 0, closedFor: null });
    composer.onChange.push(() => {
      const looking = this.look().finally(() => { if (this.looking === looking) this.looking = null; });
      this.looking = looking;
    });
    composer.onKey.push((event) => this.key(event));
    // A press on the list comes before it closes; who came back to the field meanwhile keeps it.
    composer.box.addEventListener("blur", () => setTimeout(() => { if (document.activeElement !== composer.box) this.close(); }, 150));
  }

  async look() {
    const { box } = this.composer;
    const before = box.value.slice(0, box.selectionStart);
    for (const source of this.sources) {
      const match = source.when() && source.pattern.exec(before);
      if (!match) continue;
      const start = before.length - match[1].length - 1;
      if (this.closedFor === start) return;
      const items = (await source.items(match[1])).slice(0, MOST);
      if (box.value.slice(0, box.selectionStart) !== before) return; // typed on meanwhile
      if (!items.length) return this.close();
      const kept = this.source === source ? Math.min(this.at, items.length - 1) : 0;
      Object.assign(this, { source, items, start, at: kept });
      return this.draw();
    }
    this.closedFor = null;
    this.close();
  }

  /** Whether the text before the caret asks for a list. */
  asks() {
    const before = this.composer.box.value.slice(0, this.composer.box.selectionStart);
    return this.sources.some((source) => source.when() && source.pattern.test(before));
  }

  get open() {
    return this.items.length > 0;
  }

  key(event) {
    // The list is still on its way: what was typed for it must not be sent to the customer instead.
    if (!this.open && this.looking && this.asks() && event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.looking.then(() => { if (this.open) this.pick(this.at); });
      return true;
    }
    if (!this.open || event.ctrlKey || event.metaKey || event.altKey) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.at = (this.at + step + this.items.length) % this.items.length;
      this.draw();
    } else if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") this.pick(this.at);
    else if (event.key === "Escape") { this.closedFor = this.start; this.close(); }
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  pick(n) {
    const text = this.source.text(this.items[n]);
    const { start } = this;
    this.close();
    this.composer.put(text, start, this.composer.box.selectionStart);
  }

  close() {
    this.items = [];
    this.source = null;
    $("picker").hidden = true;
    this.composer.box.removeAttribute("aria-activedescendant");
  }

  draw() {
    $("picker").hidden = false;
    $("picker").replaceChildren(...this.items.map((item, n) =>
      h("li", {
        role: "option", id: `pick-${n}`, "aria-selected": String(n === this.at),
        onmousedown: (event) => { event.preventDefault(); this.pick(n); },
      }, this.source.line(item))));
    this.composer.box.setAttribute("aria-activedescendant", `pick-${this.at}`);
    $(`pick-${this.at}`).scrollIntoView({ block: "nearest" });
  }
}

/** Whether every word of the query begins a word of the texts. */
export function fits(query, ...texts) {
  const words = texts.join(" ").toLowerCase().split(/[^\p{L}\p{N}]+/u);
  return query.toLowerCase().split(/\s+/).filter(Boolean).every((part) => words.some((word) => word.startsWith(part)));
}
