// What is known of a conversation that was handed over, before its first line is read.
import { h } from "/shared/dom.js";
import { label, percent, say } from "/shared/words.js";
import { whyWords } from "./routing_own.js";

export const INSERT_KEYS = ["i", "o", "p"];

export function packetCard(packet, ticket, open, toggled, lessons) {
  const rows = [
    packet.evidence && row("evidence", h("q", {}, packet.evidence)),
    ticket.group && row("group", [ticket.group, ticket.why && h("span", { class: "why" }, ` · ${whyWords(ticket.why)}`)]),
    packet.intent && row("intent", `${label("intent", packet.intent)} · ${percent(packet.intent_confidence)}`),
    packet.entities.length && row("entities", h("span", { class: "chips" }, packet.entities.map(([name, value]) => h("span", { class: "chip" }, `${label("entity", name)}: ${value}`)))),
    packet.mood && row("mood", h("span", { class: packet.mood === "neutral" ? "" : "mood" }, `${label("mood", packet.mood)} · ${percent(packet.mood_score)}`)),
    packet.said.length && row("said", lines(packet.said)),
    packet.answered.length && row("answered", lines(packet.answered)),
    packet.candidates.length && row("candidates", h("ul", { class: "candidates" }, packet.candidates.map((each, n) => candidate(each, n, lessons)))),
  ].filter(Boolean);
  const summary = h("summary", {},
    h("span", { class: "packet-title" }, say("packet.title")),
    ticket.priority === 0 && h("span", { class: "chip urgent" }, say("list.urgent")),
    h("span", { class: "chip strong" }, label("reason", packet.reason)));
  const card = h("details", { class: "packet", open, ontoggle: (event) => toggled(event.target.open) }, summary, rows.length ? h("dl", {}, rows) : null);
  return card;
}

const row = (name, value) => h("div", { class: "row" }, h("dt", {}, say(`packet.${name}`)), h("dd", {}, value));

const lines = (texts) => h("ul", { class: "said" }, texts.map((text) => h("li", {}, text)));

function candidate(each, n, lessons) {
  const title = each.title || each.article;
  return h("li", { class: lessons.chosen === each.article ? "chosen" : null },
    INSERT_KEYS[n] ? h("kbd", { class: "keyboard-only" }, INSERT_KEYS[n]) : h("span", { class: "keyboard-only no-key" }),
    h("span", { class: "article" }, title),
    h("meter", { min: 0, max: 1, value: each.probability, "aria-hidden": "true" }),
    h("span", { class: "probability" }, percent(each.probability)),
    h("span", { class: "lessons" },
      lessons.mine && h("button", { type: "button", class: "small insert", "aria-label": say("teach.insert_of", { title }), onclick: () => lessons.insert(n) }, say("teach.insert")),
      lessons.question && h("button", { type: "button", class: "small choose", "aria-pressed": String(lessons.chosen === each.article), "aria-label": say("teach.choose_of", { title }), title: say("teach.choose_hint"), onclick: () => lessons.choose(n) }, `✓ ${say("teach.choose")}`)));
}
