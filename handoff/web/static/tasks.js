// Call-backs and promises: whose they are and when they are due.
import { $, h, keyed } from "/shared/dom.js";
import { get, post } from "/shared/api.js";
import { recount } from "/shared/menu.js";
import { toast } from "/shared/notices.js";
import { data, failed, start } from "/shared/page.js";
import { clockTime, dayName, duration, label, say } from "/shared/words.js";
import { checked, mark } from "./settings_form.js";

const EVERY_MS = 20_000;
const SOON_MIN = [30, 60, 120, 24 * 60];
const query = new URLSearchParams(location.search);
const KEPT = `duet.task.${query.get("conversation") ?? ""}`;
let view = data.views.includes(query.get("view")) ? query.get("view") : "mine";
let tasks = [];
let people = [];
let me = null;

function draw() {
  keyed($("views"), data.views.map((name) => ({ name, chosen: name === view, text: say(`tasks.view_${name}`) })), (each) => each.name, (each) =>
    h("button", { type: "button", "aria-pressed": String(each.chosen), onclick: () => choose(each.name) }, each.text));
  keyed($("tasks"), tasks.map((task) => ({ ...task, people, when: when(task), language: document.documentElement.lang })), (each) => each.id, card);
  $("none").hidden = tasks.length > 0;
  $("none").textContent = say(`tasks.none_${view}`);
  options($("kind"), data.kinds.map((kind) => [kind, say(`tasks.kind_${kind}`)]), $("kind").value || "call_back");
  options($("owner"), [["", say("tasks.nobody")], ...people.map((each) => [each.id, each.name])], $("owner").value);
  $("soon").replaceChildren(...SOON_MIN.map((minutes) => h("button", { type: "button", class: "small", onclick: () => dueIn(minutes) }, say("tasks.in", { time: duration(minutes * 60) }))));
}

const options = (select, values, chosen) => select.replaceChildren(...values.map(([value, text]) => h("option", { value, selected: value === chosen }, text)));

function when(task) {
  if (!task.open) return say("tasks.done_by", { name: task.done_by, time: `${dayName(task.done_at)}, ${clockTime(task.done_at)}` });
  const seconds = (new Date(task.due_at) - Date.now()) / 1000;
  return say(seconds < 0 ? "tasks.overdue_by" : "tasks.due_in", { time: duration(Math.ceil(Math.abs(seconds) / 60) * 60) });
}

function card(task) {
  const link = task.ticket ? `/desk#ticket/${task.ticket}` : task.conversation ? `/desk#talk/${task.conversation}` : null;
  const noteId = `note-${task.id}`;
  return h("li", { class: `card-block task${task.overdue ? " late" : ""}` },
    h("div", { class: "task-head" },
      h("span", { class: task.overdue ? "chip urgent" : "chip strong" }, say(`tasks.kind_${task.kind}`)),
      task.reason ? h("span", { class: "chip" }, label("tasks.reason", task.reason)) : null,
      task.customer ? h("strong", {}, customer(task.customer)) : null,
      h("span", { class: "spring" }),
      h("time", { datetime: task.open ? task.due_at : task.done_at, title: `${dayName(task.due_at)}, ${clockTime(task.due_at)}` }, task.when)),
    h("p", { class: "task-note", id: noteId }, task.note || say("tasks.no_note")),
    task.result ? h("p", { class: "hint" }, `${say("tasks.result")}: ${task.result}`) : null,
    h("div", { class: "row task-foot" },
      task.open
        ? h("label", { class: "inline" }, h("span", {}, say("tasks.owner")), " ", ownerSelect(task))
        : h("span", { class: "hint" }, task.owner ? task.owner.name : say("tasks.nobody")),
      h("span", { class: "spring" }),
      link ? h("a", { class: "button quiet", href: link }, say("tasks.open")) : null,
      task.open
        ? h("button", { type: "button", class: "primary", "aria-describedby": noteId, onclick: () => finish(task) }, say("tasks.done"))
        : h("button", { type: "button", "aria-describedby": noteId, onclick: () => change(task, "reopen", {}) }, say("tasks.reopen"))));
}

const customer = (name) => (/^(?=.*\d)[\w-]{10,}$/.test(name) ? say("turn.guest", { tail: name.slice(-4) }) : name);

function ownerSelect(task) {
  const known = task.people.some((each) => each.id === task.owner?.id);
  const values = [["", say("tasks.nobody")], ...(task.owner && !known ? [[task.owner.id, task.owner.name]] : []), ...task.people.map((each) => [each.id, each.name])];
  const select = h("select", {});
  options(select, values, task.owner?.id ?? "");
  select.addEventListener("change", () => change(task, "assign", { owner: select.value }));
  return select;
}

function finish(task) {
  const dialog = $("dialog");
  const form = h("form", { class: "fields", method: "dialog" }, h("h2", { id: "dialog-title" }, say("tasks.done_title")),
    h("p", { class: "hint" }, task.note),
    h("div", { class: "field" }, h("label", { for: "result" }, say("tasks.result_hint")), h("textarea", { id: "result", rows: 3, maxlength: 2000, autofocus: true })),
    h("div", { class: "dialog-actions" }, h("button", { type: "button", onclick: () => dialog.close() }, say("action.cancel")), h("button", { class: "primary" }, say("tasks.done"))));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await change(task, "done", { result: $("result").value.trim() })) dialog.close();
  });
  dialog.onclose = null;
  dialog.replaceChildren(form);
  dialog.showModal();
}

async function change(task, what, body) {
  try {
    await post(`/tasks/${task.id}/${what}`, body);
    toast(say(`tasks.told_${what}`));
    return true;
  } catch (error) {
    failed(error);
    return false;
  } finally {
    await load().catch(failed);
    recount();
  }
}

async function choose(name) {
  view = name;
  const address = new URL(location.href);
  address.search = `?view=${name}`;
  history.replaceState(null, "", address);
  await load().catch(failed);
}

async function load() {
  const asked = view;
  const answer = await get(`/tasks?view=${asked}`);
  if (asked !== view) return; // another view was chosen meanwhile
  ({ tasks, people } = answer);
  draw();
}

/** A time as the field wants it: of this place, without seconds. */
const local = (at) => new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
const dueIn = (minutes) => { $("due").value = local(Date.now() + minutes * 60_000); checked($("due")); };

function openForm(show = true) {
  $("form").hidden = !show;
  $("new").setAttribute("aria-expanded", String(show));
  if (!show) return $("new").focus();
  if (!$("due").value) dueIn(30);
  $("note").value ||= sessionStorage.getItem(KEPT) ?? "";
  return $("note").focus();
}

$("new").addEventListener("click", () => openForm($("form").hidden));
$("cancel").addEventListener("click", () => openForm(false));
$("note").addEventListener("input", () => sessionStorage.setItem(KEPT, $("note").value));
$("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("fault").hidden = true;
  const wrong = [$("due"), $("note")].map(checked).filter(Boolean);
  if (wrong.length) return void wrong[0].focus();
  try {
    await post("/tasks", { kind: $("kind").value, due_at: new Date($("due").value).toISOString(), owner: $("owner").value, note: $("note").value.trim(), conversation: query.get("conversation") ?? "" });
    sessionStorage.removeItem(KEPT);
    $("note").value = $("due").value = "";
    toast(say("tasks.told_created"));
    openForm(false);
    await choose($("owner").value === me.id ? "mine" : "team");
    recount();
  } catch (error) {
    if (error.status !== 422) return void failed(error);
    if (error.code === "due_past") {
      mark($("due"), error.words);
      return void $("due").focus();
    }
    $("fault").textContent = error.words;
    $("fault").hidden = false;
  }
});

me = await start(() => draw());
await load().catch(failed);
$("owner").value = me?.id ?? "";
if (query.get("conversation")) {
  $("about").textContent = say("tasks.about");
  $("about").hidden = false;
  openForm();
}
setInterval(() => { if (!document.hidden && !$("dialog").open && document.activeElement?.tagName !== "SELECT") load().catch(() => null); }, EVERY_MS);
