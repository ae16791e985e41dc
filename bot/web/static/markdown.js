// The small Markdown of replies as elements: built one by one, so no text can become markup.

const BULLET = /^\s{0,3}[-*•]\s+(.*)$/;
const NUMBER = /^\s{0,3}(\d{1,3})[.)]\s+(.*)$/;
const HEADING = /^#{1,6}\s+(.*)$/;
const INLINE =
  /\\([\\`*_{}[\]()#+\-.!])|`([^`]+)`|\*\*(?=\S)([^]*?\S)\*\*|(?<![\w*])[*_](?=[^\s*_])([^*_]*[^\s*_])[*_](?![\w*])|\[([^\]]+)\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)*)\)|(https?:\/\/[^\s<>"«»]+[^\s<>"«».,:;!?)\]}'])/g;

/** A fragment with the elements of a text. */
export function renderMarkdown(text) {
  const fragment = document.createDocumentFragment();
  for (const block of blocks(text)) fragment.append(block);
  return fragment;
}

function* blocks(text) {
  let lines = [];
  let list = null;
  const paragraph = function* () {
    if (lines.length) yield fill(document.createElement("p"), lines.join("\n"));
    lines = [];
  };
  for (const line of text.replace(/\r\n?/g, "\n").split("\n")) {
    const bullet = BULLET.exec(line);
    const number = NUMBER.exec(line);
    if (bullet || number) {
      yield* paragraph();
      const kind = bullet ? "ul" : "ol";
      if (list?.localName !== kind) {
        if (list) yield list;
        list = document.createElement(kind);
        if (number) list.start = Number(number[1]);
      }
      list.append(fill(document.createElement("li"), bullet ? bullet[1] : number[2]));
    } else if (list && /^\s{2,}\S/.test(line)) {
      const last = list.lastElementChild;
      last.append(document.createElement("br"));
      fill(last, line.trim());
    } else if (line.trim() === "") {
      yield* paragraph();
    } else {
      if (list) yield list;
      list = null;
      const heading = HEADING.exec(line);
      if (!heading) {
        lines.push(line);
        continue;
      }
      yield* paragraph();
      const title = document.createElement("p");
      title.append(fill(document.createElement("strong"), heading[1]));
      yield title;
    }
  }
  if (list) yield list;
  yield* paragraph();
}

function fill(element, text) {
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    plain(element, text.slice(end, match.index));
    element.append(inline(match));
    end = match.index + match[0].length;
  }
  plain(element, text.slice(end));
  return element;
}

function inline([whole, escaped, code, bold, italic, label, address, bare]) {
  if (escaped) return document.createTextNode(escaped);
  if (code) return textOf("code", code);
  if (bold) return fill(document.createElement("strong"), bold);
  if (italic) return fill(document.createElement("em"), italic);
  return link(label ?? bare, address ?? bare) ?? document.createTextNode(whole);
}

function plain(element, text) {
  text.split("\n").forEach((line, index) => {
    if (index) element.append(document.createElement("br"));
    if (line) element.append(line);
  });
}

function textOf(name, text) {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}

/** A link, or null for an address that must not be one. */
function link(label, address) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (!["http:", "https:", "mailto:", "tel:"].includes(url.protocol)) return null;
  const anchor = textOf("a", label.replace(/\*\*/g, ""));
  anchor.href = url.href;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer";
  return anchor;
}
