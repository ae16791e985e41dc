// Names of topics, which leads decide about; until they are known the id stands in.
import { clockTime, say } from "/shared/words.js";

let topics = [];
export const setTopics = (found) => { topics = found; };

/** A time to come: only the clock today, "tomorrow" with it, else the day. */
export function comingTime(iso) {
  const [at, today] = [new Date(iso), new Date()];
  const days = Math.round((new Date(at).setHours(0, 0, 0, 0) - today.setHours(0, 0, 0, 0)) / 86400_000);
  const clock = clockTime(iso);
  if (days <= 0) return clock;
  if (days === 1) return `${say("lists.tomorrow")}, ${clock}`;
  return `${at.toLocaleDateString(document.documentElement.lang, { weekday: "short", day: "numeric", month: "short" })}, ${clock}`;
}

export const topicName = (id) => topics.find((topic) => topic.id === id)?.[document.documentElement.lang] ?? id;
