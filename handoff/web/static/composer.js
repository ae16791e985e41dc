// Where the operator writes. A draft stays with its ticket until it was taken by the server.
import { $ } from "/shared/dom.js";
import { say } from "/shared/words.js";

const MAX_CHARS = 4096;
const WARN_CHARS = 3800;

export class Composer {
  constructor({ send }) {
    this.ticket = "";
    this.send = send;
    this.box = $("reply");
    $("composer").addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    this.box.addEventListener("input", () => { this.keep(); this.grow(); });
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
    this.grow();
  }

  focus() {
    if (!$("composer").hidden) this.box.focus();
  }

  submit() {
    const text = (this.box.value.toWellFormed?.() ?? this.box.value).trim();
    if (!text || text.length > MAX_CHARS) return;
    this.send(this.ticket, text);
    this.box.value = "";
    this.keep();
    this.grow();
  }

  keep() {
    if (this.box.value) sessionStorage.setItem(this.key(this.ticket), this.box.value);
    else sessionStorage.removeItem(this.key(this.ticket));
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
