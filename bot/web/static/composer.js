// Writing a message, sharing the place and the phone number.

import { say, settings } from "./words.js";

const LOCATE_TIMEOUT_MS = 15000;
const byId = (id) => document.getElementById(id);

/** The form; tells `onText(text)`, `onLocation({lat, lon})`, `onPhone(phone)`, `onTyping()`. */
export class Composer {
  #text = byId("text");
  #hint = byId("hint");
  #phone = byId("phone");
  #hooks;

  constructor(hooks) {
    this.#hooks = hooks;
    this.#text.addEventListener("input", () => this.#onInput());
    this.#text.addEventListener("keydown", (event) => this.#onKey(event));
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    byId("locate").addEventListener("click", () => this.locate());
    this.#phone.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submitPhone();
    });
    this.#onInput();
  }

  /** Say something above the field; empty text takes it away. */
  hint(text) {
    this.#hint.textContent = text;
    this.#hint.hidden = !text;
  }

  /** Ask for the phone number, or no longer. */
  askPhone(wanted) {
    if (this.#phone.hidden === !wanted) return;
    this.#phone.hidden = !wanted;
    if (!wanted) byId("phone-number").value = "";
  }

  /** Ask the browser where the customer is; where it will not tell, they are asked to write it. */
  locate() {
    const button = byId("locate");
    const refused = () => {
      button.classList.remove("busy");
      this.hint(say("location_denied"));
      this.#text.focus();
    };
    if (!navigator.geolocation) return refused();
    button.classList.add("busy");
    this.hint("");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        button.classList.remove("busy");
        this.#hooks.onLocation({ lat: coords.latitude, lon: coords.longitude });
      },
      refused,
      { timeout: LOCATE_TIMEOUT_MS, maximumAge: 60000 },
    );
  }

  #onKey(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#submit();
  }

  #onInput() {
    this.#text.style.height = "auto";
    // An empty field is one line high, however long its placeholder.
    if (this.#text.value) this.#text.style.height = `${this.#text.scrollHeight + 2}px`;
    const words = this.#text.value.trim();
    byId("send").disabled = !words;
    const over = [...words].length - settings.maxTextChars;
    if (words) this.#hooks.onTyping();
    this.hint(over > 0 ? `${say("error_too_long")} (+${over})` : "");
  }

  #submit() {
    const words = this.#text.value.trim();
    if (!words || [...words].length > settings.maxTextChars) return;
    this.#text.value = "";
    this.#onInput();
    this.#text.focus();
    this.#hooks.onText(words);
  }

  #submitPhone() {
    const field = byId("phone-number");
    const phone = field.value.trim();
    if (!phone) return field.focus();
    this.askPhone(false);
    this.#text.focus();
    this.#hooks.onPhone(phone);
  }
}
