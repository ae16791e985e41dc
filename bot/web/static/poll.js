// Hearing of new messages: one request at a time that the server holds until there are some.

import { getMessages } from "./api.js";
import { Backoff, sleep } from "./backoff.js";

const SHORT_MS = 1000;

/** Asks for messages; tells `onMessages(messages, owner, first, typing)`, `onLost(token)`, `onState(failures)`. */
export class Poll {
  #hooks;
  #waitS;
  #after = "0";
  #token = null;
  #typing = false;
  #wake = () => {};

  constructor({ waitS, ...hooks }) {
    this.#waitS = waitS;
    this.#hooks = hooks;
  }

  /** Begin with a session's first message, unless it is being asked for already. */
  async start(token) {
    if (this.#token === token) return;
    this.#token = token;
    this.#after = "0";
    const backoff = new Backoff();
    for (let first = true; this.#token === token; ) {
      const began = performance.now();
      try {
        const { messages, owner, typing } = await getMessages(token, this.#after, first ? 0 : this.#waitS, this.#typing);
        const turned = typing !== this.#typing;
        if (this.#token !== token) return;
        backoff.reset();
        this.#hooks.onState(0);
        if (messages.length) this.#after = messages.at(-1).id;
        this.#typing = typing;
        this.#hooks.onMessages(messages, owner, first, typing);
        // An empty answer that comes at once means that the server does not hold requests just now.
        if (!first && !messages.length && !turned && performance.now() - began < SHORT_MS) await this.#pause(SHORT_MS);
        first = false;
      } catch (error) {
        if (this.#token !== token) return;
        if (error.status === 401) {
          this.#hooks.onLost(token);
          return;
        }
        const pauseMs = backoff.next(error.retryAfterS);
        this.#hooks.onState(backoff.failures);
        await this.#pause(pauseMs);
      }
    }
  }

  /** Stop asking. */
  stop() {
    this.#token = null;
    this.#wake();
  }

  /** Ask at once: the connection may be back. */
  hurry() {
    this.#wake();
  }

  #pause(ms) {
    return sleep(ms, (wake) => {
      this.#wake = wake;
    });
  }
}
