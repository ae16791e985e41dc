// Topics and tags: edited here, offered in every conversation.
import { $, h } from "/shared/dom.js";
import { get, post } from "/shared/api.js";
import { toast } from "/shared/notices.js";
import { failed, start } from "/shared/page.js";
import { say } from "/shared/words.js";

let version = 0;
let topics = null;

function row(topic, number) {
  const input = (language) => {
    const box = h("input", { type: "text", id: `topics.${number}.${language}`, maxlength: 200, lang: language, value: topic[language], autocomplete: "off", "aria-describedby": `topics.${number}.${language}-fault`, oninput: (event) => { topic[language] = event.target.value; } });
    return h("div", { class: "field" }, h("label", { for: box.id }, say(`labels.name_${language}`)), box, h("p", { class: "fault", id: `${box.id}-fault`, role: "alert", hidden: true }));
  };
  const move = (step, sign, name) => h("button", { type: "button", id: `move-${number}-${step}`, "aria-label": say(`labels.${name}`, { name: topic[document.documentElement.lang] }), disabled: !topics[number + step], onclick: () => { topics.splice(number + step, 0, ...topics.splice(number, 1)); draw(`move-${number + step}-${step}`); } }, sign);
  const drop = h("button", { type: "button", "aria-label": say("labels.drop", { name: topic[document.documentElement.lang] }), onclick: () => { topics.splice(number, 1); draw("add-topic"); } }, "✕");
  return h("div", { class: "topic", role: "group" }, input("ru"), input("en"), h("div", { class: "move" }, move(-1, "↑", "up"), move(1, "↓", "down"), drop));
}

function draw(focus = "") {
  if (topics === null) return;
  $("topics").replaceChildren(...topics.map(row));
  if (focus) ($(focus)?.disabled ? $("add-topic") : $(focus))?.focus();
}

function shown(found) {
  version = found.version;
  topics = found.topics;
  $("tags").value = found.tags.join("\n");
  draw();
}

function faults(found) {
  for (const each of document.querySelectorAll(".fault")) each.hidden = true;
  for (const each of document.querySelectorAll("[aria-invalid]")) each.removeAttribute("aria-invalid");
  for (const { field, code } of found) {
    const place = $(`${field}-fault`) ?? $("tags-fault");
    place.textContent = say(`labels.fault_${code}`);
    place.hidden = false;
    $(field)?.setAttribute("aria-invalid", "true");
  }
  document.querySelector("[aria-invalid]")?.focus();
}

$("add-topic").addEventListener("click", () => { topics.push({ id: "", ru: "", en: "" }); draw(`topics.${topics.length - 1}.ru`); });
$("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("save").disabled = true;
  try {
    shown(await post("/settings/labels", { version, tags: $("tags").value.split("\n").filter((tag) => tag.trim()), topics }));
    faults([]);
    toast(say("labels.saved"));
  } catch (error) {
    if (error.code === "faults") faults(error.details.faults);
    else failed(error);
  }
  $("save").disabled = false;
});

await start(() => draw());
get("/settings/labels").then(shown).catch(failed);
