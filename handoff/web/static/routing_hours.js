// Working hours, holidays and single dates.
import { h } from "/shared/dom.js";
import { data, start } from "/shared/page.js";
import { say } from "/shared/words.js";
import { Form, drawForms, lang } from "./routing_form.js";

// The first of January 2024 was a Monday.
const weekday = (n) => new Date(2024, 0, 1 + n).toLocaleDateString(lang(), { weekday: "long" });
const country = (code) => { try { return new Intl.DisplayNames([lang()], { type: "region" }).of(code); } catch { return code; } };

new Form("hours", (form) => [
  h("h2", {}, say("hours.week")),
  h("p", { class: "hint" }, say("hours.how")),
  h("div", { class: "grid" }, form.value.week.map((_, n) => form.text(`week.${n}`, weekday(n), { placeholder: say("hours.closed") })),
    form.text("zone", say("hours.zone"), { placeholder: data.zone, hint: say("hours.zone_hint", { zone: data.zone }) })),
]);

new Form("holidays", (form) => [
  h("h2", {}, say("hours.holidays")),
  form.select("country", say("hours.country"), [["", say("hours.no_country")], ...data.countries.map((code) => [code, country(code)]).sort((a, b) => a[1].localeCompare(b[1]))], { hint: say("hours.country_hint") }),
  h("h3", {}, say("hours.special")),
  form.value.special.map((day, n) => form.line("special", n, day.date || say("hours.new_day"), [
    form.text(`special.${n}.date`, say("hours.date"), { type: "date" }),
    form.text(`special.${n}.hours`, say("hours.hours"), { placeholder: say("hours.closed") }),
    form.text(`special.${n}.note`, say("hours.note")),
  ], { order: false })),
  h("div", { class: "row" }, h("button", { type: "button", onclick: () => form.add("special", { date: "", hours: "", note: "" }) }, say("hours.add"))),
]);

start(drawForms);
