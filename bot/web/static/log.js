// The messages on the page: in the server's order, with the customer's unsent ones below.

import { dayLine, make, row } from "./bubbles.js";
import { say } from "./words.js";

const NEAR_PX = 80;
const SOON_MS = 5 * 60 * 1000;
const byId = (id) => document.getElementById(id);

/** Shows messages and keeps the place the customer reads. */
export class Log {
  #scroll = byId("scroll");
  #messages = byId("messages");
  #pending = byId("pending");
  #actions;
  #shown = [];
  #known = new Set();
  #unsent = new Map();
  #below = 0;

  /** `actions`: `onButton`, `onLocation`, `onRetry`. */
  constructor(actions) {
    this.#actions = actions;
    this.#scroll.addEventListener("scroll", () => this.#onScroll(), { passive: true });
    byId("down").addEventListener("click", () => this.toEnd());
    new ResizeObserver(() => this.#stick && this.toEnd()).observe(this.#scroll);
  }

  #stick = true;

  /** The last message the server told, or undefined. */
  get last() {
    return this.#shown.at(-1);
  }

  /** Whether there is nothing at all. */
  get empty() {
    return !this.#shown.length && !this.#unsent.size;
  }

  /** Add messages of the server; returns those that are new. */
  add(messages) {
    const fresh = messages.filter((message) => !this.#known.has(message.id));
    if (!fresh.length) return fresh;
    // A reload brings the whole history: it must not be read aloud.
    byId("log").setAttribute("aria-live", this.#shown.length || fresh.length === 1 ? "polite" : "off");
    for (const message of fresh) this.#append(message);
    if (fresh.some((message) => message.author !== "customer")) this.#retireChoices();
    this.#after(fresh.filter((message) => message.author !== "customer").length);
    return fresh;
  }

  /** Show a message that is on its way. */
  addUnsent(item) {
    const message = { author: "customer", at: new Date(item.at).toISOString(), ...item.shown };
    const line = row(message, { continued: true });
    line.classList.add("unsent");
    line.querySelector(".state").textContent = say("sending");
    this.#unsent.set(item.clientId, line);
    this.#pending.append(line);
    this.toEnd();
  }

  /** The server has it. */
  markTaken(item) {
    const line = this.#unsent.get(item.clientId);
    if (!line) return;
    line.classList.remove("unsent");
    line.querySelector(".state").textContent = "";
  }

  /** The server will not take it; it may be tried anew. */
  markRefused(item, reason) {
    const line = this.#unsent.get(item.clientId);
    if (!line) return;
    line.classList.replace("unsent", "refused");
    const again = make("button", "plain", say("retry"));
    again.type = "button";
    again.addEventListener("click", () => {
      this.#forgetUnsent(item.clientId);
      this.#actions.onRetry(item);
    });
    line.querySelector(".body").append(make("p", "refusal", `${say("not_sent")}. ${reason} `, again));
    this.#after(0);
  }

  /** Remove everything: another conversation begins. */
  clear() {
    this.#messages.replaceChildren();
    this.#pending.replaceChildren();
    this.#shown = [];
    this.#known.clear();
    this.#unsent.clear();
  }

  /** Write everything anew, in another language. */
  rewrite() {
    const messages = this.#shown;
    this.#messages.replaceChildren();
    this.#shown = [];
    byId("log").setAttribute("aria-live", "off");
    for (const message of messages) this.#append(message);
    this.#retireChoices();
    this.toEnd();
  }

  /** Show the latest. */
  toEnd() {
    this.#stick = true;
    this.#below = 0;
    this.#scroll.scrollTop = this.empty ? 0 : this.#scroll.scrollHeight;
    this.#showBelow();
  }

  /** Something else at the end grew or went. */
  settle() {
    this.#after(0);
  }

  #append(message) {
    const before = this.last;
    const at = new Date(message.at);
    const newDay = !before || new Date(before.at).toDateString() !== at.toDateString();
    if (newDay) this.#messages.append(dayLine(at));
    const same = before && before.author === message.author && (before.name ?? "") === (message.name ?? "");
    const continued = !newDay && same && at - new Date(before.at) < SOON_MS;
    this.#messages.append(row(message, { ...this.#actions, continued }));
    this.#known.add(message.id);
    this.#shown.push(message);
    if (message.client_id) this.#forgetUnsent(message.client_id);
  }

  #forgetUnsent(clientId) {
    this.#unsent.get(clientId)?.remove();
    this.#unsent.delete(clientId);
  }

  /** Only the latest reply offers choices, and none once the customer pressed one of them. */
  #retireChoices() {
    const all = [...this.#messages.querySelectorAll(".row:not(.customer)")];
    for (const line of all.slice(0, -1)) line.querySelector(".choices")?.remove();
  }

  #after(more) {
    if (this.#stick) {
      this.toEnd();
    } else {
      this.#below += more;
      this.#showBelow();
    }
  }

  #onScroll() {
    const left = this.#scroll.scrollHeight - this.#scroll.scrollTop - this.#scroll.clientHeight;
    this.#stick = left < NEAR_PX;
    if (this.#stick) this.#below = 0;
    this.#showBelow();
  }

  #showBelow() {
    byId("down").hidden = this.#stick;
    byId("down-count").hidden = !this.#below;
    byId("down-count").textContent = String(this.#below);
  }
}
