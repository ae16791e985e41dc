// The small Markdown of articles and replies as elements: paragraphs, lists, **bold**, *italic*, `code`, links.
import { h } from "./dom.js";

const INLINE =
  /\*\*(?<bold>[^*\n]+)\*\*|(?<![\w*])\*(?<italic>[^*\n]+)\*(?![\w*])|`(?<code>[^`\n]+)`|\[(?<label>[^\]\n]+)\]\((?<href>[^\s)]+)\)|(?<url>https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}'»])/g;

function safeLink(href, label) {
  let url;
  try {
    url = new URL(href);
  } catch {
    return null;
  }
  if (!["http:", "https:", "mailto:", "tel:"].includes(url.protocol)) return null;
  return h("a", { href: url.href, target: "_blank", rel: "noopener noreferrer nofollow" }, label);
}

function inline(text, marks) {
  const parts = [];
  let last = 0;
  for (const match of text.matchAll(INLINE)) {
    const { bold, italic, code, label, href, url } = match.groups;
    if (!marks && !url) continue;
    let part = null;
    if (bold) part = h("strong", {}, bold);
    else if (italic) part = h("em", {}, italic);
    else if (code) part = h("code", {}, code);
    else if (href) part = safeLink(href, label);
    else part = safeLink(url, url);
    if (part === null) continue;
    parts.push(text.slice(last, match.index), part);
    last = match.index + match[0].length;
  }
  parts.push(text.slice(last));
  return parts.filter((part) => part !== "");
}

/** A line for lists: the words without their marks. */
export const flat = (text) => text.replace(/\*\*|`/g, "").replace(/\[([^\]\n]+)\]\([^\s)]+\)/g, "$1").replace(/\s+/g, " ");

/** A customer's words: exactly as written, with addresses made links. */
export function plain(text) {
  return h("div", { class: "words plain" }, inline(text, false));
}

/** Words of the bot or an operator as the customer sees them. */
export function rich(text) {
  const box = h("div", { class: "words" });
  let list = null;
  let paragraph = null;
  for (const line of text.split("\n")) {
    const bullet = /^\s*[-*•]\s+(.*)$/.exec(line);
    const number = /^\s*\d+[.)]\s+(.*)$/.exec(line);
    const item = bullet ?? number;
    if (item) {
      const tag = bullet ? "UL" : "OL";
      if (list?.tagName !== tag) {
        list = h(tag);
        box.append(list);
      }
      list.append(h("li", {}, inline(item[1], true)));
      paragraph = null;
    } else if (line.trim() === "") {
      list = paragraph = null;
    } else {
      list = null;
      if (paragraph) paragraph.append(h("br"));
      else box.append((paragraph = h("p")));
      paragraph.append(...inline(line, true));
    }
  }
  return box;
}
