// How conversations find their operators, and what differs for single people.
import { h } from "/shared/dom.js";
import { data, start } from "/shared/page.js";
import { say } from "/shared/words.js";
import { Form, channels, drawForms, lang } from "./routing_form.js";

const weekday = (n) => new Date(2024, 0, 1 + n).toLocaleDateString(lang(), { weekday: "short" });

new Form("distribution", (form) => [
  h("div", { class: "grid" },
    form.select("mode", say("distribution.mode"), [["pull", say("distribution.pull")], ["push", say("distribution.push")]], { redraw: true, hint: say(`distribution.hint_${form.value.mode}`) }),
    form.number("offer_s", say("distribution.offer_s"), { min: 3, max: 300, hint: say("distribution.offer_hint") }),
    form.number("capacity", say("distribution.capacity"), { min: 1, max: 100 }),
    channels().map(([id, name]) => form.number(`channel_capacity.${id}`, say("distribution.channel_capacity", { channel: name }), { max: 100, absent: true, placeholder: say("distribution.no_limit") }))),
  h("div", { class: "checks" },
    form.check("personal_manager", say("distribution.personal_manager")),
    form.check("same_person", say("distribution.same_person"))),
  h("h2", {}, say("distribution.back")),
  h("div", { class: "grid" },
    form.number("offline_s", say("distribution.offline_s"), { min: 20, max: 3600 }),
    form.number("offline_return_min", say("distribution.offline_return"), { hint: say("distribution.zero") }),
    form.number("silent_return_min", say("distribution.silent_return"), { hint: say("distribution.zero") })),
  h("h2", {}, say("distribution.ahead")),
  h("div", { class: "grid" },
    form.number("raise_urgent_s", say("distribution.raise_urgent")),
    form.number("raise_vip_s", say("distribution.raise_vip"))),
]);

new Form("team", (form) => [
  h("h2", {}, say("distribution.people")),
  h("p", { class: "hint" }, say("distribution.people_hint")),
  data.people.map(({ id, name }) => person(form, id, name)),
]);

function person(form, id, name) {
  form.value.people[id] ??= { capacity: null, channels: [], shift: [] };
  form.stored.value.people[id] ??= { capacity: null, channels: [], shift: [] };
  const own = form.value.people[id];
  return h("details", { class: "line-card", open: own.capacity !== null || own.channels.length > 0 || own.shift.length > 0 },
    h("summary", {}, name),
    h("div", { class: "grid" },
      form.number(`people.${id}.capacity`, say("distribution.own_capacity"), { max: 100, placeholder: say("distribution.as_all") }),
      form.several(`people.${id}.channels`, say("distribution.own_channels"), channels(), { hint: say("distribution.all_channels") })),
    own.shift.length
      ? h("div", { class: "grid week" }, own.shift.map((_, n) => form.text(`people.${id}.shift.${n}`, weekday(n), { placeholder: say("distribution.day_off") })))
      : null,
    h("div", { class: "row" }, own.shift.length
      ? h("button", { type: "button", onclick: () => { form.set(`people.${id}.shift`, []); form.draw(); } }, say("distribution.no_shift"))
      : h("button", { type: "button", onclick: () => { form.set(`people.${id}.shift`, [...Array(5).fill("09:00-18:00"), "", ""]); form.draw(`people.${id}.shift.0`); } }, say("distribution.add_shift"))));
}

start(drawForms);
