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
 * hears only what is new, and focus, a half-done click or a selection stay where they were.
 */
export function keyed(parent, items, keyOf, create) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    const version = JSON.stringify(item);
    let child = old.get(key);
    old.delete(key);
    if (child?.dataset.version !== version) {
      const fresh = create(item);
      Object.assign(fresh.dataset, { key, version });
      if (child) morph(child, fresh);
      else child = fresh;
    }
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
  for (const child of old.values()) child.remove();
}

/** Makes `old` look like `fresh`, keeping the elements that are alike. Listeners of a key always do the same. */
function morph(old, fresh) {
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const [before, after] = [[...old.childNodes], [...fresh.childNodes]];
  after.forEach((node, n) => {
    const present = before[n];
    if (!present) old.append(node);
    else if (present.nodeType === Node.TEXT_NODE && node.nodeType === Node.TEXT_NODE) {
      if (present.data !== node.data) present.data = node.data;
    } else if (present.tagName && present.tagName === node.tagName) morph(present, node);
    else present.replaceWith(node);
  });
  before.slice(after.length).forEach((node) => node.remove());
}
