// How values of reports read, by their kind.
import { duration, knows, label, say } from "/shared/words.js";

const NONE = "—";
const locale = () => document.documentElement.lang;
const fine = (value, digits = 0) => new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(value);

export const seconds = (value) => (value === null ? NONE : duration(value));
export const percentOr = (value) => (value === null ? NONE : new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 1 }).format(value));

const at = (day) => new Date(`${day}T00:00`);
export const shortDay = (day) => at(day).toLocaleDateString(locale(), { day: "numeric", month: "numeric" });
const fullDay = (day) => at(day).toLocaleDateString(locale(), { weekday: "short", day: "numeric", month: "short" });
/** 0 is Monday; the 1st of January 2024 was one. */
export const weekday = (n) => new Date(2024, 0, 1 + n).toLocaleDateString(locale(), { weekday: "short" });

let titles = {};
/** Titles by language of the articles a report speaks of, by id. */
export const setTitles = (found) => { titles = found; };

/** "article:delivery-times" and the like in words. */
export function topicName(topic) {
  const [kind, name] = [topic.slice(0, topic.indexOf(":")), topic.slice(topic.indexOf(":") + 1)];
  if (kind === "intent") return label("intent", name);
  if (kind === "skill" && knows(`reports.skill.${name}`)) return say(`reports.skill.${name}`);
  return (kind === "article" && (titles[name]?.[locale()] ?? Object.values(titles[name] ?? {})[0])) || name;
}

const KINDS = {
  count: (value) => fine(value),
  number: (value) => fine(value, 2),
  change: (value) => (value > 0 ? `+${fine(value)}` : fine(value)),
  share: percentOr,
  seconds,
  day: fullDay,
  weekday,
  hour: (value) => `${value}:00`,
  channel: (value) => label("channel", value),
  reason: (value) => label("reason", value),
  topic: topicName,
  source: (value) => say(`reports.source.${value}`),
  measure: (value) => say(`reports.measure.${value}`),
};

/** A value as people read it; a dash for what is not known. */
export const cell = (kind, value) => (value === null || value === undefined ? NONE : (KINDS[kind] ?? String)(value));
