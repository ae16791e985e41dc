// Where the operator writes: a reply, or a note for colleagues. What is not sent stays with its conversation.
import { $ } from "/shared/dom.js";
import { say } from "/shared/words.js";

const MAX_CHARS = 4096;
const WARN_CHARS = 3800;
const KEPT = "duet.draft.";
const KEPT_DAYS = 7;

export class Composer {
  constructor({ send, note }) {
    this.ticket = "";
    this.mode = "reply";
    this.mayReply = false;
    this.teaches = null;
    this.send = send;
    this.note = note;
    this.box = $("reply");
    // What helps with writing: told of every change, asked first about every key (true: it was theirs).
    this.onChange = [];
    this.onKey = [];
    $("composer").addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    this.box.addEventListener("input", () => { this.keep(); this.grow(); });
    $("teaches-not").addEventListener("click", () => { this.teach(null); this.keep(); this.box.focus(); });
    this.box.addEventListener("keydown", (event) => {
      if (event.isComposing || this.onKey.some((handler) => handler(event))) return;
      if (event.key !== "Enter" || event.shiftKey) return;
      event.preventDefault();
      this.submit();
    });
    for (const mode of ["reply", "note"]) $(`mode-${mode}`).addEventListener("click", () => { this.turn(mode); this.box.focus(); });
    forgetOld();
  }

  /** Shows the composer of a ticket of mine, or why there is none; notes may be written on `any` ticket. */
  show(ticket, locked, any = null) {
    const id = (ticket ?? any)?.id ?? "";
    this.mayReply = Boolean(ticket);
    $("locked").textContent = locked;
    if (id !== this.ticket) {
      this.ticket = id;
      this.mode = "reply";
      this.load();
    }
    this.draw();
  }

  turn(mode) {
    if (!this.ticket || mode === this.mode) return;
    this.mode = mode;
    this.load();
    this.draw();
  }

  /** Opens it for a note. */
  noteHere() {
    if (!this.ticket) return;
    this.turn("note");
    this.box.focus();
  }

  draw() {
    const writes = this.ticket && (this.mayReply || this.mode === "note");
    $("composer").hidden = !writes;
    $("composer").classList.toggle("noting", this.mode === "note");
    $("locked").hidden = Boolean(writes) || !$("locked").textContent;
    $("mode-reply").disabled = !this.mayReply;
    for (const mode of ["reply", "note"]) $(`mode-${mode}`).setAttribute("aria-pressed", String(mode === this.mode));
    const short = matchMedia("(max-width: 760px)").matches;
    this.box.placeholder = this.mode === "note" ? say("composer.note_hint") : say(short ? "composer.short_hint" : "composer.hint");
    $("send").textContent = say(this.mode === "note" ? "act.save_note" : "action.send");
  }

  focus() {
    if (!this.mayReply) return;
    this.turn("reply");
    this.box.focus();
  }

  /** Puts words in place of a part of the text; undo takes them back. The first ‹gap› in them is selected. */
  put(text, start = this.box.selectionStart, end = this.box.selectionEnd) {
    this.box.focus();
    this.box.setSelectionRange(start, end);
    // Deprecated, and yet the only way that keeps the browser's undo.
    if (!document.execCommand("insertText", false, text)) {
      this.box.setRangeText(text, start, end, "end");
      this.box.dispatchEvent(new Event("input"));
    }
    const gap = /‹[^‹›\n]+›/.exec(text);
    if (gap) this.box.setSelectionRange(start + gap.index, start + gap.index + gap[0].length);
  }

  /** Puts an article's text where the caret is; `teaches` says which message it answers, if any. */
  insert(text, teaches) {
    this.turn("reply");
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
    if (this.mode === "note") this.note(this.ticket, text);
    else this.send(this.ticket, text, this.teaches);
    this.box.value = "";
    this.teach(null);
    this.keep();
    if (this.mode === "note") this.turn("reply");
    this.grow();
    this.draw();
  }

  /** A note that could not be saved comes back, unless something else was begun meanwhile. */
  giveBack(ticket, text) {
    const key = this.key(ticket, "note");
    if (!localStorage.getItem(key)) localStorage.setItem(key, `${Date.now()}|${text}`);
    if (ticket === this.ticket) { this.mode = "note"; this.load(); this.draw(); }
  }

  load() {
    const kept = this.ticket ? localStorage.getItem(this.key(this.ticket, this.mode)) ?? "" : "";
    this.box.value = kept.slice(kept.indexOf("|") + 1);
    const taught = this.ticket && this.mode === "reply" ? localStorage.getItem(this.key(this.ticket, "teaches")) : null;
    this.teach(taught ? JSON.parse(taught.slice(taught.indexOf("|") + 1)) : null);
    this.grow();
  }

  keep() {
    const key = this.key(this.ticket, this.mode);
    if (this.box.value) localStorage.setItem(key, `${Date.now()}|${this.box.value}`);
    else localStorage.removeItem(key);
    if (this.mode === "note") return;
    if (!this.box.value.trim()) this.teach(null);
    if (this.teaches) localStorage.setItem(this.key(this.ticket, "teaches"), `${Date.now()}|${JSON.stringify(this.teaches)}`);
    else localStorage.removeItem(this.key(this.ticket, "teaches"));
  }

  key(ticket, mode) {
    return `${KEPT}${ticket}.${mode}`;
  }

  grow() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight + 2, 200)}px`;
    const length = this.box.value.trim().length;
    const over = length - MAX_CHARS;
    $("counter").textContent = over > 0 ? say("composer.too_long", { count: over }) : length > WARN_CHARS ? `${length} / ${MAX_CHARS}` : "";
    $("counter").classList.toggle("over", over > 0);
    $("send").disabled = length === 0 || over > 0;
    for (const told of this.onChange) told();
  }
}

/** Nobody's words stay on this computer after signing out. */
export function forgetDrafts() {
  for (const key of Object.keys(localStorage)) if (key.startsWith(KEPT)) localStorage.removeItem(key);
}

function forgetOld() {
  const oldest = Date.now() - KEPT_DAYS * 86400_000;
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(KEPT) && !(parseInt(localStorage.getItem(key), 10) > oldest)) localStorage.removeItem(key);
  }
}
