// Expressions to avoid are underlined while one writes; sending is never held up.
import { post } from "/shared/api.js";
import { $, h } from "/shared/dom.js";
import { say } from "/shared/words.js";

const PAUSE_MS = 250;
const SHOWN = 3;
const GAP = /‹[^‹›\n]+›/g;

export class Coach {
  constructor({ composer, failed }) {
    Object.assign(this, { composer, failed, found: [], replaced: 0 });
    composer.onChange.push(() => this.changed());
    composer.onKey.push((event) => this.key(event));
    composer.box.addEventListener("scroll", () => { $("under").scrollTop = composer.box.scrollTop; });
  }

  changed() {
    const text = this.composer.box.value;
    // What was found and is still there stays underlined until the answer for the new text comes.
    this.found = this.found.filter((each) => text.slice(each.start, each.end) === each.avoid);
    this.draw();
    clearTimeout(this.timer);
    if (this.composer.mode !== "reply" || !text.trim()) { this.found = []; return this.draw(); }
    this.timer = setTimeout(() => this.ask(text), PAUSE_MS);
  }

  async ask(text) {
    try {
      const { found } = await post("/coach", { text });
      if (text !== this.composer.box.value || this.composer.mode !== "reply") return;
      this.found = found;
      this.draw();
    } catch (error) {
      // Advice that does not come is no reason to disturb somebody who writes, a session that ended is.
      if (error.status === 401) this.failed(error);
    }
  }

  key(event) {
    if (!event.altKey || event.code !== "KeyR" || !this.found.length) return false;
    event.preventDefault();
    this.replace(this.found[0]);
    return true;
  }

  replace(each) {
    this.replaced += 1;
    this.composer.put(each.prefer, each.start, each.end);
  }

  /** Counts what came of a reply that was sent. */
  sent() {
    const [replaced, kept] = [this.replaced, this.found.length];
    this.replaced = 0;
    this.found = [];
    if (replaced || kept) post("/coach/sent", { replaced, kept }).catch(() => null);
  }

  draw() {
    const text = this.composer.box.value;
    const gaps = [...text.matchAll(GAP)].map((match) => ({ start: match.index, end: match.index + match[0].length, gap: true }));
    const marks = [...this.found, ...gaps].sort((a, b) => a.start - b.start);
    const parts = [];
    let last = 0;
    for (const mark of marks) {
      if (mark.start < last) continue;
      parts.push(text.slice(last, mark.start), h("mark", { class: mark.gap ? "gap" : "" }, text.slice(mark.start, mark.end)));
      last = mark.end;
    }
    $("under").replaceChildren(...parts, `${text.slice(last)}\n`);
    $("under").scrollTop = this.composer.box.scrollTop;
    $("coach").hidden = !this.found.length && !gaps.length;
    const lines = this.found.slice(0, SHOWN).map((each, n) => h("button", { type: "button", class: "advice", onclick: () => this.replace(each) },
      h("s", {}, each.avoid), " → ", h("strong", {}, each.prefer), n === 0 && h("kbd", { class: "keyboard-only" }, "Alt R")));
    const title = this.found.length ? say("coach.title") : say("coach.gap");
    $("coach").replaceChildren(h("span", { class: "coach-title" }, title), ...lines);
  }
}
