// The words of the page, in the language that was chosen.
import { $ } from "./dom.js";

const texts = JSON.parse($("words").textContent);
const KEPT = "duet.language";
let language = document.documentElement.lang;

export function startLanguage(preferred) {
  const kept = localStorage.getItem(KEPT);
  language = texts[kept] ? kept : texts[preferred] ? preferred : language;
  applyWords();
}

export function switchLanguage() {
  language = language === "ru" ? "en" : "ru";
  localStorage.setItem(KEPT, language);
  applyWords();
}

export function say(key, values = {}) {
  return (texts[language][key] ?? key).replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all));
}

export const knows = (key) => key in texts[language];

/** A word for a value that the program may not know yet, such as a new reason: then the value itself. */
export const label = (section, value) => (knows(`${section}.${value}`) ? say(`${section}.${value}`) : String(value).replaceAll("_", " "));

/** A customer's name; a channel that knows none gives an id, of which the end tells guests apart. */
export function customerName(customer) {
  if (!customer) return say("turn.customer");
  return /^(?=.*\d)[\w-]{10,}$/.test(customer) ? say("turn.guest", { tail: customer.slice(-4) }) : customer;
}

export function applyWords() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = say(element.dataset.word);
  for (const element of document.querySelectorAll("[data-hint]")) element.placeholder = say(element.dataset.hint);
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", say(element.dataset.label));
}

/** "45 s", "3 min", "2 h": the two largest units where the larger one is small. */
export function duration(seconds) {
  const total = Math.max(0, Math.floor(seconds));
  const [days, hours, minutes] = [Math.floor(total / 86400), Math.floor(total / 3600) % 24, Math.floor(total / 60) % 60];
  const part = (unit, n) => say(`time.${unit}`, { n });
  if (days) return hours && days < 3 ? `${part("days", days)} ${part("hours", hours)}` : part("days", days);
  if (hours) return minutes && hours < 6 ? `${part("hours", hours)} ${part("minutes", minutes)}` : part("hours", hours);
  if (minutes) return minutes < 10 ? `${part("minutes", minutes)} ${part("seconds", total % 60)}` : part("minutes", minutes);
  return part("seconds", total);
}

export const clockTime = (iso) => new Date(iso).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });

export function dayName(iso) {
  const day = new Date(iso);
  const start = new Date();
  start.setHours(0, 0, 0, 0);
  if (day >= start) return say("time.today");
  if (start - day < 86400_000) return say("time.yesterday");
  const year = day.getFullYear() === start.getFullYear() ? undefined : "numeric";
  return day.toLocaleDateString(language, { day: "numeric", month: "long", year });
}

export const percent = (share) => new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 }).format(share);
