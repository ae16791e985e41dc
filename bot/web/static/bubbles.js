// One message as elements.

import { renderMarkdown } from "./markdown.js";
import { currentLanguage, say } from "./words.js";

/** An element with a class and children. */
export function make(name, className = "", ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

function clock(at) {
  const time = make("time", "", at.toLocaleTimeString(currentLanguage(), TIME));
  time.dateTime = at.toISOString();
  return time;
}

/** A line between two days. */
export function dayLine(at) {
  const days = Math.round((new Date().setHours(12, 0, 0, 0) - new Date(at).setHours(12, 0, 0, 0)) / 86400000);
  const text =
    days <= 1
      ? new Intl.RelativeTimeFormat(currentLanguage(), { numeric: "auto" }).format(-days, "day")
      : at.toLocaleDateString(currentLanguage(), { day: "numeric", month: "long" });
  return make("p", "day", make("span", "", text));
}

/** The row of a message; `continued` when the one above is by the same author. */
export function row(message, { continued, onButton, onLocation }) {
  if (message.author === "system") return systemRow(message, onButton);
  const line = make("div", `row ${message.author}${continued ? " continued" : ""}`);
  if (message.author !== "customer") line.append(avatar(message));
  line.append(make("div", "body", who(message, continued), bubble(message)));
  line.append(...choices(message, { onButton, onLocation }));
  return line;
}

function systemRow(message, onButton) {
  const line = make("div", "row system");
  const text = make("div", "note", renderMarkdown(message.text));
  const hidden = make("span", "unseen", `${say("author_system")}: `);
  line.append(make("div", "body", hidden, text), ...choices(message, { onButton }));
  return line;
}

function avatar(message) {
  const face = make("span", "avatar");
  face.setAttribute("aria-hidden", "true");
  if (message.author === "operator") face.append((message.name || say("author_operator")).trim().charAt(0).toUpperCase());
  else face.append(document.querySelector(".logo").cloneNode());
  return face;
}

function who(message, continued) {
  const role = say(message.author === "customer" ? "author_you" : `author_${message.author}`);
  const shown = message.author !== "customer" && !continued;
  const line = make("p", shown ? "author" : "unseen");
  line.append(message.name ? make("strong", "", message.name) : role);
  if (message.name) line.append(` · ${role.toLowerCase()}`);
  return line;
}

function bubble(message) {
  const box = make("div", "bubble");
  if (message.author === "customer") {
    if (message.locations?.length) box.append(make("p", "with-icon", pin(), say("my_location")));
    else box.append(make("p", "plain-text", message.text));
  } else {
    box.append(renderMarkdown(message.text));
  }
  if (message.locations?.length) box.append(places(message.locations));
  box.append(make("p", "meta", make("span", "state"), clock(new Date(message.at))));
  return box;
}

/** Links to a map, which is asked for only when the customer opens one. */
function places(locations) {
  const list = make("ul", "places");
  for (const { title, lat, lon } of locations) {
    const anchor = make("a", "", ...(title ? [make("span", "", title)] : []), make("small", "", say("show_on_map")));
    anchor.href = `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=16/${lat}/${lon}`;
    anchor.target = "_blank";
    anchor.rel = "noopener noreferrer";
    list.append(make("li", "", anchor));
  }
  return list;
}

function choices(message, { onButton, onLocation }) {
  const buttons = (message.buttons ?? []).map((button) => choice(button.text, () => onButton(button)));
  if (message.ask_location && onLocation) {
    const share = choice(say("share_location"), onLocation, "keep with-icon");
    share.prepend(pin());
    buttons.unshift(share);
  }
  const stars = buttons.length > 1 && (message.buttons ?? []).every(({ id }) => /^rate:.*:\d$/.test(id));
  return buttons.length ? [make("div", stars ? "choices stars" : "choices", ...buttons)] : [];
}

/** The pin of the writing line, once more. */
function pin() {
  const icon = document.querySelector("#locate svg").cloneNode(true);
  icon.setAttribute("width", "18");
  icon.setAttribute("height", "18");
  return icon;
}

/** A button to choose with; `keep` marks one that may be pressed again. */
export function choice(text, onPress, className = "") {
  const button = make("button", `choice ${className}`.trim(), text);
  button.type = "button";
  button.addEventListener("click", () => {
    if (!button.classList.contains("keep")) {
      for (const other of button.parentElement.children) other.disabled = true;
      button.classList.add("pressed");
    }
    onPress();
  });
  return button;
}
