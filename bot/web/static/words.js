// The words of the page, in the language the customer reads.

import { load, save } from "./storage.js";

const data = JSON.parse(document.getElementById("page-data").textContent);
const LANGUAGE = "language";

/** What the server allows. */
export const settings = { maxTextChars: data.max_text_chars, waitS: data.wait_s };

let language = pickLanguage();

function pickLanguage() {
  const wanted = [load(LANGUAGE), ...(navigator.languages ?? []).map((tag) => tag.slice(0, 2).toLowerCase())];
  return wanted.find((code) => code in data.words) ?? data.language;
}

/** Two letters. */
export function currentLanguage() {
  return language;
}

/** The text of a key. */
export function say(key) {
  return data.words[language][key] ?? "";
}

/** Change to the other language and remember it. */
export function switchLanguage() {
  language = language === "ru" ? "en" : "ru";
  save(LANGUAGE, language);
}

/** Write every text the page holds in the present language. */
export function writeTexts() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say);
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", say(element.dataset.label));
  }
  for (const element of document.querySelectorAll("[data-title]")) element.title = say(element.dataset.title);
  for (const element of document.querySelectorAll("[data-placeholder]")) {
    element.placeholder = say(element.dataset.placeholder);
  }
}
