// What the browser keeps between visits; where it keeps nothing, this visit's memory must do.

const PREFIX = "duet.chat.";
const memory = new Map();

/** The value kept under a name, or null. */
export function load(name) {
  try {
    const text = localStorage.getItem(PREFIX + name);
    return text === null ? (memory.get(name) ?? null) : JSON.parse(text);
  } catch {
    return memory.get(name) ?? null;
  }
}

/** Keep a value; null forgets it. */
export function save(name, value) {
  memory.set(name, value);
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Storage is full or forbidden: memory holds it for this visit.
  }
}

/** Call back when another tab changed a value. */
export function onChangeElsewhere(name, callback) {
  addEventListener("storage", (event) => {
    if (event.key === PREFIX + name) callback();
  });
}

/** Run something that no other tab may run at the same time. */
export function exclusively(name, action) {
  return navigator.locks ? navigator.locks.request(PREFIX + name, action) : action();
}
