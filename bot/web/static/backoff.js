// Waiting longer after each failure, and being woken early.

const FIRST_MS = 500;
const LONGEST_MS = 15000;

/** Growing pauses, with chance in them so that all pages do not come back at once. */
export class Backoff {
  #failures = 0;

  /** Milliseconds to wait; never less than the server asked for. */
  next(retryAfterS = 0) {
    const grown = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#failures);
    this.#failures += 1;
    return Math.max(retryAfterS * 1000, grown * (0.75 + Math.random() / 2));
  }

  /** After a success. */
  reset() {
    this.#failures = 0;
  }

  /** How many failures in a row. */
  get failures() {
    return this.#failures;
  }
}

/** Wait; `offerWake` is given a function that ends the wait. */
export function sleep(ms, offerWake = () => {}) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    offerWake(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
