// The list that conversations are scored by.
import { $, h } from "/shared/dom.js";
import { failed, start } from "/shared/page.js";
import { say } from "/shared/words.js";
import { settingsForm } from "./settings_form.js";

const MOST = 20;
let criteria = [];
let counter = 0;

const field = (each, name, extra) => h("div", { class: `field ${name}` },
  h("label", { for: `${name}-${each.place}` }, say(`reviews.field_${name}`)),
  h("input", { id: `${name}-${each.place}`, required: true, value: String(each[name]), oninput: (event) => { each[name] = event.target.value; }, ...extra }));

function draw() {
  $("criteria").replaceChildren(...criteria.map((each, place) => h("li", { class: "card-block criterion-row" },
    field(each, "ru", { maxlength: 200, lang: "ru" }), field(each, "en", { maxlength: 200, lang: "en" }),
    field(each, "weight", { type: "number", min: 1, max: 100, inputmode: "numeric" }),
    h("label", { class: "check" }, h("input", { type: "checkbox", checked: each.critical, onchange: (event) => { each.critical = event.target.checked; } }), h("span", {}, say("reviews.field_critical"))),
    h("div", { class: "row" },
      h("button", { type: "button", class: "small", disabled: place === 0, "aria-label": `${say("reviews.up")}: ${each.ru}`, onclick: () => move(place, -1) }, "↑"),
      h("button", { type: "button", class: "small", disabled: place === criteria.length - 1, "aria-label": `${say("reviews.down")}: ${each.ru}`, onclick: () => move(place, 1) }, "↓"),
      h("button", { type: "button", class: "small bad", disabled: criteria.length === 1, "aria-label": `${say("reviews.remove")}: ${each.ru}`, onclick: () => { criteria.splice(place, 1); draw(); } }, "✕")))));
  $("add").disabled = criteria.length >= MOST;
}

function move(place, by) {
  const [each] = criteria.splice(place, 1);
  criteria.splice(place + by, 0, each);
  draw();
  $("criteria").children[place + by].querySelectorAll("button")[by < 0 ? 0 : 1].focus();
}

$("add").addEventListener("click", () => {
  counter += 1;
  const each = { id: `c${Date.now().toString(36)}${counter}`, ru: "", en: "", weight: 10, critical: false, place: `n${counter}` };
  criteria.push(each);
  draw();
  $(`ru-${each.place}`).focus();
});

await start(draw).catch(failed);
await settingsForm($("form"), "/settings/reviews", {
  fill: (value) => { criteria = value.criteria.map((each, place) => ({ ...each, place: `o${place}` })); draw(); },
  collect: (value) => { value.criteria = criteria.map(({ id, ru, en, weight, critical }) => ({ id, ru: ru.trim(), en: en.trim(), weight: Number(weight), critical })); },
});
