// The team: who is here with how much, and which conversations are late.
import { $, h, keyed } from "/shared/dom.js";
import { get } from "/shared/api.js";
import { failed, start } from "/shared/page.js";
import { banner } from "/shared/notices.js";
import { customerName, duration, label, percent, say } from "/shared/words.js";
import { Live } from "./live.js";

const POLL_MS = 10_000;
let found = null;
let offset = 0;

const lang = () => document.documentElement.lang;

function draw() {
  if (!found) return;
  $("mode").textContent = say(`distribution.${found.mode}`);
  $("waiting").textContent = say("team.waiting", { count: found.waiting });
  const { count, kept, goal } = found.service;
  $("service").hidden = count === 0;
  $("service").textContent = count ? say("team.service", { share: percent(kept / count), goal: percent(goal) }) : "";
  $("service").classList.toggle("breached", count > 0 && kept / count < goal);
  $("no-late").hidden = found.late.length > 0;
  keyed($("late"), found.late.map((ticket) => ({ ...ticket, waiting_s: undefined, lang: lang() })), (ticket) => ticket.id, late);
  keyed($("people"), found.people.map((person) => ({ ...person, lang: lang() })), (person) => person.id, row);
  tick();
}

function late(ticket) {
  const group = found.groups[ticket.group]?.[lang()] ?? ticket.group;
  return h("li", { class: "late-line" },
    h("a", { href: `/desk#ticket/${ticket.id}` }, customerName(ticket.customer)),
    h("span", { class: `chip ${ticket.late || "escalated"}` }, say(`late.${ticket.late || "escalated"}`)),
    ticket.priority === 0 && h("span", { class: "chip urgent" }, say("list.urgent")),
    h("span", { class: "hint" }, `${label("channel", ticket.channel)} · ${group} · ${ticket.operator ? say("list.with", { name: ticket.operator.display_name }) : say("status.waiting").toLowerCase()}`),
    h("span", { class: "spring" }),
    ticket.due_at && h("span", { class: "due", data: { due: ticket.due_at } }));
}

function row(person) {
  const shift = person.shift ? (person.expected ? say("team.expected") : say("team.not_expected")) : "—";
  return h("tr", {},
    h("th", { scope: "row" }, person.name, h("span", { class: "hint role" }, say(`role.${person.role}`))),
    h("td", {}, h("span", { class: `state ${person.status}` }, say(`presence.${person.status}`)),
      person.last_seen && h("span", { class: "hint", data: { ago: person.last_seen } }),
      person.expected && person.status === "offline" && h("span", { class: "chip breached" }, say("team.missing"))),
    h("td", {}, h("meter", { min: 0, max: Math.max(1, person.capacity), value: Math.min(person.load, Math.max(1, person.capacity)), "aria-hidden": "true" }), ` ${say("team.of", { load: person.load, capacity: person.capacity })}`),
    h("td", {}, shift));
}

function tick() {
  const now = Date.now() + offset;
  for (const each of document.querySelectorAll("[data-due]")) {
    const left = (Date.parse(each.dataset.due) - now) / 1000;
    each.textContent = left < 0 ? say("list.overdue", { time: duration(-left) }) : say("list.due", { time: duration(left) });
    each.classList.toggle("late", left < 0);
  }
  for (const each of document.querySelectorAll("[data-ago]")) each.textContent = ` ${say("list.ago", { time: duration((now - Date.parse(each.dataset.ago)) / 1000) })}`;
}

let running = false;
async function refresh() {
  if (running) return;
  running = true;
  try {
    found = await get("/team");
    offset = Date.parse(found.now) - Date.now();
    draw();
  } catch (error) {
    failed(error);
  }
  running = false;
}

const live = new Live({ changed: refresh, lost: () => banner(say("live.lost")), back: () => { banner(""); refresh(); }, signedOut: () => location.assign("/desk/login") });
if (await start(draw)) {
  refresh();
  live.start();
  setInterval(tick, 1000);
  setInterval(() => { if (!document.hidden) refresh(); }, POLL_MS);
}
