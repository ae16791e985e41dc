// Building the page: text only ever goes in as text, never as markup.

export const $ = (id) => document.getElementById(id);

/** An element; properties starting with "on" are listeners, "data" sets data attributes, the rest attributes. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/**
 * Makes the children of `parent` those of `items`, in order, and touches only what changed: a screen reader
 * hears only what is new, and focus stays where it was.
 */
export function keyed(parent, items, keyOf, create) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    const version = JSON.stringify(item);
    let child = old.get(key);
    old.delete(key);
    if (!child || child.dataset.version !== version) {
      const fresh = create(item);
      fresh.dataset.key = key;
      fresh.dataset.version = version;
      if (child) {
        const focused = child.contains(document.activeElement);
        if (child === place) place = fresh;
        child.replaceWith(fresh);
        if (focused) (fresh.querySelector("button") ?? fresh).focus({ preventScroll: true });
      }
      child = fresh;
    }
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
  for (const child of old.values()) child.remove();
}
