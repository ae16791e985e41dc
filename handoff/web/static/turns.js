// The conversation in the middle: customer left, bot and operators right, notices centred.
import { h } from "/shared/dom.js";
import { plain, rich } from "/shared/rich.js";
import { clockTime, dayName, label, say } from "/shared/words.js";

const FAILED = ["failed", "unknown"];

/** Turns with the lines between them: a new day, an earlier conversation, this one. */
export function withDividers(turns, conversation) {
  const items = [];
  let day = "";
  let chat = turns[0]?.conversation;
  const earlier = turns.some((turn) => turn.conversation !== conversation);
  if (earlier && chat !== conversation) items.push({ divider: say("turn.earlier"), id: `c${chat}` });
  for (const turn of turns) {
    if (turn.conversation !== chat) {
      chat = turn.conversation;
      items.push({ divider: say(chat === conversation ? "turn.now" : "turn.earlier"), id: `c${chat}` });
    }
    const name = dayName(turn.at);
    if (name !== day) {
      day = name;
      items.push({ divider: name, id: `d${turn.id}`, day: true });
    }
    items.push(turn);
  }
  return items;
}

export function turnItem(turn, { mine, resend, judge, which }) {
  if (turn.divider) return h("li", { class: turn.day ? "divider day" : "divider" }, turn.divider);
  if (turn.kind === "note") return noteItem(turn);
  if (turn.author === "system") return h("li", { class: "turn system" }, rich(turn.text), mark(turn, mine, resend));
  const side = turn.author === "customer" ? "left" : "right";
  const name = turn.name || say(`turn.${turn.author}`);
  const dead = turn.delivery?.status === "cancelled";
  return h("li", { class: `turn ${side} ${turn.author}${dead ? " dead" : ""}` },
    h("div", { class: "bubble" },
      h("span", { class: "author" }, turn.edit_of ? `${name} · ${say("turn.edit")}` : name),
      turn.author === "customer" ? plain(turn.text) : rich(turn.text),
      extras(turn)),
    h("div", { class: "meta" }, h("time", { datetime: turn.at }, clockTime(turn.at)), mark(turn, mine, resend), verdict(turn, judge, which)));
}

/** Whether the bot answered rightly: what was said of it, and buttons to say it. */
function verdict(turn, judge, which) {
  if (!turn.judged) return null;
  const { operator, customer } = turn.verdicts;
  const button = (right) => h("button", {
    type: "button", class: `small verdict ${right ? "right-answer" : "wrong-answer"}`, "aria-pressed": String(operator === right), title: say(right ? "teach.right_hint" : "teach.wrong_hint"), onclick: () => judge(turn, right),
  }, `${right ? "✓" : "✕"} ${say(right ? "teach.right" : "teach.wrong")}`);
  return [
    customer !== undefined && h("span", { class: `mark ${customer ? "helped" : "not-helped"}` }, say(customer ? "teach.helped" : "teach.not_helped")),
    h("span", { class: "verdicts", role: "group", "aria-label": say("teach.verdict") }, button(true), button(false),
      operator === false && h("button", { type: "button", class: "small which", onclick: () => which(turn) }, say("teach.which"))),
  ];
}

/** What only colleagues see: never to be taken for something the customer read. */
function noteItem(turn) {
  return h("li", { class: "turn aside" },
    h("div", { class: "bubble" }, h("span", { class: "author" }, say("turn.note", { name: turn.name })), plain(turn.text)),
    h("div", { class: "meta" }, h("time", { datetime: turn.at }, clockTime(turn.at))));
}

const ICONS = { photo: "🖼", video: "🎞", video_note: "🎞", animation: "🎞", voice: "🎙", audio: "🎵", sticker: "🙂" };

function size(bytes) {
  const [value, unit] = bytes < 1024 * 1024 ? [bytes / 1024, "kilobyte"] : [bytes / 1024 / 1024, "megabyte"];
  return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
}

/** Every wording of a message that was edited; the first one is the bubble itself. */
function versions(turn) {
  return h("details", { class: "versions" }, h("summary", {}, say("turn.edited", { count: turn.edits.length })),
    h("ol", {}, turn.edits.map((each) => h("li", {}, h("time", { datetime: each.at }, clockTime(each.at)), " ", plain(each.text)))));
}

function extras(turn) {
  const parts = turn.files.map((file) => h("div", { class: "file" }, h("span", { class: "file-mark", "aria-hidden": "true" }, ICONS[file.kind] ?? "📎"),
    h("span", {}, h("span", { class: "file-name" }, file.name || label("file", file.kind)), h("span", { class: "file-kind" }, [file.name && label("file", file.kind), file.size > 0 && size(file.size), say("turn.stays")].filter(Boolean).join(" · ")))));
  if (turn.edits.length) parts.push(versions(turn));
  if (turn.location) {
    const { lat, lon } = turn.location;
    const href = `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=16/${lat}/${lon}`;
    parts.push(h("a", { class: "extra", href, target: "_blank", rel: "noopener noreferrer" }, say("turn.location")));
  }
  if (turn.buttons.length) parts.push(h("div", { class: "buttons" }, turn.buttons.map((text) => h("span", { class: "ghost" }, text))));
  return parts;
}

/** How far a reply got; never better than it is. */
function mark(turn, mine, resend) {
  if (!turn.delivery) return null;
  const { status, error } = turn.delivery;
  const bad = FAILED.includes(status);
  const text = turn.resent_as ? `${label("delivery", status)}, ${say("delivery.resent")}` : label("delivery", status);
  const again = bad && mine && !turn.resent_as && turn.out_id;
  if (turn.author === "system" && status === "sent") return null;
  return h("span", { class: `mark ${status}` },
    h("span", { title: error || null }, text, bad && error ? `: ${error}` : ""),
    again && h("button", { type: "button", class: "small", onclick: () => resend(turn) }, say("action.send_again")));
}
