// One's own figures, and what reviewers said.
import { $, h } from "/shared/dom.js";
import { get } from "/shared/api.js";
import { failed, start } from "/shared/page.js";
import { dayName, duration, percent, say } from "/shared/words.js";

let known = null;

const number = (value) => new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 }).format(value);
const time = (seconds) => (seconds === null ? "—" : duration(seconds));

function draw() {
  if (!known) return;
  const { figures, reviews } = known;
  const rated = figures.ratings.reduce((sum, count) => sum + count, 0);
  const mean = figures.ratings.reduce((sum, count, place) => sum + count * (place + 1), 0) / rated;
  const totals = reviews.map((each) => each.total).filter((total) => total !== null);
  const tiles = [
    ["taken", number(figures.taken)],
    ["first_answer", time(figures.first_answer_s)],
    ["work", time(figures.work_s)],
    ["rating", rated ? `${number(mean)} ★` : "—"],
    ["tasks", figures.tasks_done ? say("my.of", { part: figures.in_time, all: figures.tasks_done }) : "—"],
    ["quality", totals.length ? percent(totals.reduce((sum, total) => sum + total, 0) / totals.length / 100) : "—"],
  ];
  $("figures").replaceChildren(...tiles.map(([name, value]) => h("div", { class: "card-block figure" }, h("dt", {}, say(`my.${name}`)), h("dd", {}, value))));
  $("no-ratings").hidden = rated > 0;
  $("spread").hidden = rated === 0;
  $("spread").replaceChildren(...figures.ratings.map((count, place) => [count, place + 1]).reverse().map(([count, score]) => {
    const bar = h("span", { class: "bar", "aria-hidden": "true" });
    bar.style.setProperty("--share", rated ? count / rated : 0);
    return h("div", {}, h("dt", {}, `${score} ★`), h("dd", {}, bar, h("span", { class: "bar-count" }, number(count))));
  }));
  $("no-reviews").hidden = reviews.length > 0;
  $("reviews").replaceChildren(...reviews.map(review));
}

function review(each) {
  const language = document.documentElement.lang;
  return h("li", {},
    h("div", { class: "task-head" },
      h("span", { class: each.failed ? "chip urgent" : "chip strong" }, each.total === null ? "—" : percent(each.total / 100)),
      h("strong", {}, each.reviewer || say("my.somebody")), h("span", { class: "spring" }), h("time", { datetime: each.at }, dayName(each.at))),
    each.comment ? h("p", { class: "task-note" }, each.comment) : null,
    h("details", {}, h("summary", {}, say("my.details")),
      h("ul", { class: "score-list" }, each.scores.map((one) => h("li", {}, h("span", {}, one[language] ?? one.ru), h("span", { class: one.score === 0 ? "chip urgent" : "chip" }, answer(one.score)))))));
}

const answer = (score) => say(`reviews.${score === null ? "none_of" : score === 1 ? "yes" : score === 0 ? "no" : "partly"}`);

await start(draw);
try {
  known = await get("/my");
  draw();
} catch (error) {
  failed(error);
}
