// Messages on their way: kept until the server has them, sent one after another in their order.

import { postMessage } from "./api.js";
import { Backoff, sleep } from "./backoff.js";
import { exclusively, load, save } from "./storage.js";

const OUTBOX = "outbox";

function newClientId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Sends messages; tells `onTaken(item)`, `onRefused(item, error)`, `onLost(token)`, `onState(waiting, error)`. */
export class Outbox {
  #hooks;
  #session;
  #sending = false;
  #wake = () => {};

  /** `session()` gives (and opens) the session. */
  constructor({ session, ...hooks }) {
    this.#session = session;
    this.#hooks = hooks;
  }

  /** What is still to be sent, oldest first: `{clientId, body, shown, at}`. */
  get items() {
    return load(OUTBOX) ?? [];
  }

  /** Queue a message; `shown` is what the page shows for it. */
  add(body, shown) {
    const item = { clientId: newClientId(), body, shown, at: Date.now() };
    save(OUTBOX, [...this.items, item]);
    this.flush();
    return item;
  }

  /** Forget what was not sent. */
  clear() {
    save(OUTBOX, null);
  }

  /** Try at once: the connection may be back. */
  hurry() {
    this.#wake();
    this.flush();
  }

  /** Send all there is; returns at once. */
  async flush() {
    if (this.#sending) return;
    this.#sending = true;
    try {
      // Another tab may be sending the same queue; the one that comes second finds it empty.
      await exclusively("sending", () => this.#sendAll());
    } finally {
      this.#sending = false;
    }
    if (this.items.length) this.flush();
  }

  async #sendAll() {
    const backoff = new Backoff();
    for (let item = this.items[0]; item; item = this.items[0]) {
      let token;
      try {
        ({ token } = await this.#session());
        await postMessage(token, { ...item.body, client_id: item.clientId });
        this.#drop(item);
        this.#hooks.onTaken(item);
        this.#hooks.onState(false);
        backoff.reset();
      } catch (error) {
        if (error.status === 401) {
          this.#hooks.onLost(token);
        } else if (error.passing) {
          this.#hooks.onState(true, error);
          await this.#pause(backoff.next(error.retryAfterS));
        } else {
          this.#drop(item);
          this.#hooks.onRefused(item, error);
        }
      }
    }
  }

  #drop(item) {
    save(OUTBOX, this.items.filter((other) => other.clientId !== item.clientId));
  }

  #pause(ms) {
    return sleep(ms, (wake) => {
      this.#wake = wake;
    });
  }
}
