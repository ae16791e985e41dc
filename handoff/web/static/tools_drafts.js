// What one might answer: colleagues' answers to similar words and canned replies, one key each.
import { post } from "/shared/api.js";
import { $, h } from "/shared/dom.js";
import { flat } from "/shared/rich.js";
import { label, say } from "/shared/words.js";

const PAUSE_MS = 450;

export class Drafts {
  constructor({ composer, failed }) {
    Object.assign(this, { composer, failed, question: "", drafts: [], asked: "" });
    composer.onChange.push(() => this.changed());
    composer.onKey.push((event) => this.key(event));
  }

  /** The customer's last words. */
  about(question) {
    if (question === this.question) return;
    this.question = question;
    this.changed(0);
  }

  changed(pause = PAUSE_MS) {
    clearTimeout(this.timer);
    const { ticket, mayReply, mode } = this.composer;
    if (!ticket || !mayReply || mode !== "reply") return this.show([], "");
    this.timer = setTimeout(() => this.ask(ticket, this.composer.box.value), pause);
  }

  async ask(ticket, text) {
    const key = JSON.stringify([ticket, text, this.question]);
    if (key === this.asked) return;
    try {
      const body = { text, question: this.question.slice(0, 1000), reader: document.documentElement.lang };
      const { drafts } = await post(`/tickets/${ticket}/drafts`, body);
      if (ticket === this.composer.ticket && text === this.composer.box.value) this.show(drafts, key);
    } catch (error) {
      if (error.status === 401) this.failed(error);
      this.show([], "");
    }
  }

  key(event) {
    const n = event.altKey ? ["Digit1", "Digit2", "Digit3"].indexOf(event.code) : -1;
    if (n < 0 || !this.drafts[n]) return false;
    event.preventDefault();
    this.insert(n);
    return true;
  }

  // What was typed was the beginning of it; undo brings it back.
  insert(n) {
    const { text } = this.drafts[n];
    this.composer.put(text, 0, this.composer.box.value.length);
  }

  show(drafts, key) {
    this.asked = key;
    this.drafts = drafts;
    $("drafts").hidden = !drafts.length;
    $("drafts").replaceChildren(...drafts.map((each, n) =>
      h("li", {}, h("button", { type: "button", class: "draft", onclick: () => this.insert(n), title: each.text },
        h("kbd", { class: "keyboard-only" }, `Alt ${n + 1}`),
        h("span", { class: "draft-kind" }, label("draft", each.kind)),
        h("span", { class: "draft-text" }, flat(each.text))))));
    $("drafts").setAttribute("aria-label", say("draft.title"));
  }
}
