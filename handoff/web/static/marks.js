// What an operator puts on a conversation: a time to come back to it, tags, a topic.
import { $, h, keyed } from "/shared/dom.js";
import { say } from "/shared/words.js";
import { comingTime, topicName } from "./labels.js";
import { ask, field } from "./sheet.js";

const MORNING_H = 9;

function presets(now) {
  const at = (days, hours) => {
    const day = new Date(now);
    day.setDate(day.getDate() + days);
    day.setHours(hours, 0, 0, 0);
    return day;
  };
  const monday = (8 - now.getDay()) % 7 || 7;
  const found = [
    ["hour", new Date(now.getTime() + 3600_000)],
    ["three_hours", new Date(now.getTime() + 3 * 3600_000)],
    ["tomorrow", at(1, MORNING_H)],
    ["monday", at(monday, MORNING_H)],
  ];
  return monday === 1 ? found.slice(0, 3) : found;
}

const local = (date) => new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

/** Asks until when; a Date or null. */
export function snoozeUntil() {
  const now = new Date();
  const own = h("input", { type: "datetime-local", min: local(now), value: local(new Date(now.getTime() + 2 * 3600_000)) });
  const fault = h("p", { class: "fault", role: "alert" });
  const read = () => {
    const chosen = new Date(own.value);
    if (chosen > new Date()) return chosen;
    own.setAttribute("aria-invalid", "true");
    fault.textContent = say("error.snooze_past");
    return undefined;
  };
  return ask(say("lists.snooze_title"), (end) => [
    h("p", { class: "hint" }, say("lists.snooze_text")),
    h("div", { class: "choices" }, presets(now).map(([name, date]) =>
      h("button", { type: "button", onclick: () => end(date) }, h("span", {}, say(`lists.snooze_${name}`)), h("span", { class: "when" }, comingTime(date))))),
    field("snooze-own", say("lists.snooze_own"), own),
    fault,
  ], { yes: say("lists.snooze"), read });
}

/** Asks for tags and topic; what is to be changed, or null. */
export async function editLabels(ticket, facets) {
  const tags = new Set(ticket.tags);
  const known = await facets();
  const chips = h("div", { class: "chips", role: "group", "aria-label": say("lists.tags") });
  const draw = () => chips.replaceChildren(...[...new Set([...tags, ...known.tag.slice(0, 20)])].map((tag) =>
    h("button", { type: "button", class: "chip choice", "aria-pressed": String(tags.has(tag)), onclick: () => { tags.has(tag) ? tags.delete(tag) : tags.add(tag); draw(); } }, tag)));
  draw();
  const own = h("input", { type: "text", maxlength: 40, autocomplete: "off", list: "known-tags" });
  const add = () => {
    const tag = own.value.trim().toLowerCase();
    if (tag) tags.add(tag);
    own.value = "";
    draw();
    return Boolean(tag);
  };
  own.addEventListener("keydown", (event) => { if (event.key === "Enter" && add()) event.preventDefault(); });
  const topic = h("select", {}, h("option", { value: "" }, say("lists.no_topic")), known.topic.filter((each) => each.active || each.id === ticket.topic).map((each) => h("option", { value: each.id, selected: each.id === ticket.topic }, topicName(each.id))));
  const read = () => {
    add();
    return { add: [...tags].filter((tag) => !ticket.tags.includes(tag)), remove: ticket.tags.filter((tag) => !tags.has(tag)), topic: topic.value };
  };
  return ask(say("lists.labels_title"), [
    field("label-topic", say("lists.topic"), topic),
    h("div", { class: "field" }, h("span", { class: "label" }, say("lists.tags")), chips),
    field("label-tag", say("lists.new_tag"), own, say("lists.new_tag_hint")),
    h("datalist", { id: "known-tags" }, known.tag.map((tag) => h("option", { value: tag }))),
  ], { yes: say("lists.save"), read });
}

/** The strip under the head: snoozed until when, topic, tags, and the way to change them. */
export function drawLabels(ticket, edit) {
  const items = ticket ? [{ id: ticket.id, tags: ticket.tags, topic: ticket.topic, until: ticket.snoozed_until, language: document.documentElement.lang, name: topicName(ticket.topic) }] : [];
  $("labels").hidden = !ticket;
  keyed($("labels"), items, (item) => item.id, (item) => h("div", { class: "chips" },
    item.until && h("span", { class: "chip snoozed" }, say("lists.back_at", { time: comingTime(item.until) })),
    item.topic && h("span", { class: "chip strong" }, item.name),
    item.tags.map((tag) => h("span", { class: "chip tag" }, tag)),
    h("button", { type: "button", class: "chip adder", id: "edit-labels", onclick: edit }, item.tags.length || item.topic ? say("lists.change_labels") : say("lists.add_labels"))));
}
