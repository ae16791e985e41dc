// Where the operator writes. A draft stays with its ticket until it was taken by the server.
import { $ } from "/shared/dom.js";
import { say } from "/shared/words.js";

const MAX_CHARS = 4096;
const WARN_CHARS = 3800;

export class Composer {
  constructor({ send }) {
    this.ticket = "";
    this.teaches = null;
    this.send = send;
    this.box = $("reply");
    $("composer").addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    this.box.addEventListener("input", () => { this.keep(); this.grow(); });
    $("teaches-not").addEventListener("click", () => { this.teach(null); this.keep(); this.box.focus(); });
    this.box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.submit();
    });
  }

  /** Shows the composer of a ticket of mine, or why there is none. */
  show(ticket, locked) {
    const id = ticket?.id ?? "";
    $("composer").hidden = Boolean(locked);
    $("locked").hidden = !locked;
    $("locked").textContent = locked;
    this.box.placeholder = say(matchMedia("(max-width: 760px)").matches ? "composer.short_hint" : "composer.hint");
    if (id === this.ticket) return;
    this.ticket = id;
    this.box.value = id ? sessionStorage.getItem(this.key(id)) ?? "" : "";
    this.teach(id ? JSON.parse(sessionStorage.getItem(`${this.key(id)}.teaches`)) : null);
    this.grow();
  }

  focus() {
    if (!$("composer").hidden) this.box.focus();
  }

  /** Puts an article's text where the caret is; `teaches` says which message it answers, if any. */
  insert(text, teaches) {
    const { selectionStart: start, selectionEnd: end, value } = this.box;
    const before = value.slice(0, start).replace(/\s+$/, "");
    const after = value.slice(end).replace(/^\s+/, "");
    this.box.value = [before, text, after].filter(Boolean).join("\n\n");
    this.teach(teaches);
    this.keep();
    this.grow();
    this.box.focus();
  }

  /** Which message the reply is an answer to, and with what article; shown, since it teaches the bot. */
  teach(teaches) {
    this.teaches = teaches;
    $("teaches").hidden = !teaches;
    $("teaches-words").textContent = teaches ? say("teach.teaches", { title: teaches.title, words: teaches.words }) : "";
  }

  submit() {
    const text = (this.box.value.toWellFormed?.() ?? this.box.value).trim();
    if (!text || text.length > MAX_CHARS) return;
    this.send(this.ticket, text, this.teaches);
    this.box.value = "";
    this.teach(null);
    this.keep();
    this.grow();
  }

  keep() {
    if (this.box.value) sessionStorage.setItem(this.key(this.ticket), this.box.value);
    else sessionStorage.removeItem(this.key(this.ticket));
    if (!this.box.value.trim()) this.teach(null);
    if (this.teaches) sessionStorage.setItem(`${this.key(this.ticket)}.teaches`, JSON.stringify(this.teaches));
    else sessionStorage.removeItem(`${this.key(this.ticket)}.teaches`);
  }

  key(ticket) {
    return `duet.draft.${ticket}`;
  }

  grow() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight + 2, 200)}px`;
    const length = this.box.value.trim().length;
    const over = length - MAX_CHARS;
    $("counter").textContent = over > 0 ? say("composer.too_long", { count: over }) : length > WARN_CHARS ? `${length} / ${MAX_CHARS}` : "";
    $("counter").classList.toggle("over", over > 0);
    $("send").disabled = length === 0 || over > 0;
  }
}
