// Accounts: who may sign in, and as what.
import { $, h, keyed } from "/shared/dom.js";
import { get, post } from "/shared/api.js";
import { confirmed, toast } from "/shared/notices.js";
import { data, failed, start } from "/shared/page.js";
import { label, say } from "/shared/words.js";

let people = [];

const matches = (person, typed) => !typed || `${person.name} ${person.display_name}`.toLowerCase().includes(typed);

function draw() {
  $("find").placeholder = say("people.find");
  const typed = $("find").value.trim().toLowerCase();
  const shown = people.filter((each) => (each.active || $("inactive").checked) && matches(each, typed));
  keyed($("people"), shown, (each) => each.id, row);
  $("none").hidden = shown.length > 0;
  $("none").textContent = say(people.length ? "people.none_found" : "people.none");
}

function row(person) {
  return h("tr", { class: person.active ? null : "inactive" },
    h("td", {}, h("strong", {}, person.display_name), h("span", { class: "login-name" }, person.name)),
    h("td", {}, label("role", person.role)),
    h("td", {}, person.language === "ru" ? "Русский" : "English"),
    h("td", {}, h("span", { class: person.active ? "chip strong" : "chip" }, say(person.active ? "people.active" : "people.inactive"))),
    h("td", { class: "row-actions" }, h("button", { type: "button", class: "small", onclick: () => edit(personNow(person.id)), "aria-label": `${say("people.edit")}: ${person.display_name}` }, say("people.edit"))));
}

const personNow = (id) => people.find((each) => each.id === id);

async function load() {
  people = (await get("/people")).people;
  draw();
}

/** A dialog with fields; resolves with their values, or null. `work` may refuse, then the dialog stays. */
function ask(title, parts, yes, work) {
  const dialog = $("dialog");
  const fault = h("p", { class: "fault", role: "alert", hidden: true });
  const form = h("form", { class: "fields", method: "dialog" }, h("h2", { id: "dialog-title" }, title), parts, fault,
    h("div", { class: "dialog-actions" },
      h("button", { type: "button", onclick: () => dialog.close() }, say("action.cancel")),
      h("button", { class: "primary" }, yes)));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    fault.hidden = true;
    try {
      await work(form);
    } catch (error) {
      if (error.status === undefined) throw error;
      fault.textContent = error.details?.detail ? faultWords(error.details.detail) : error.words;
      fault.hidden = false;
    }
  });
  dialog.onclose = null;
  dialog.replaceChildren(form);
  dialog.showModal();
}

const faultWords = (detail) => (/is taken/.test(detail) ? say("people.taken") : /not a name/.test(detail) ? say("people.not_a_name") : detail);

const field = (id, word, control, hint) => h("div", { class: "field" }, h("label", { for: id }, say(word)), control, hint ? h("p", { class: "hint" }, say(hint)) : null);
const choice = (id, values, chosen, words) => h("select", { id }, values.map((value) => h("option", { value, selected: value === chosen }, words(value))));
const roleField = (chosen) => field("p-role", "people.role", choice("p-role", data.roles, chosen, (role) => label("role", role)), "people.role_hint");
const languageField = (chosen) => field("p-language", "people.language", choice("p-language", ["ru", "en"], chosen, (code) => (code === "ru" ? "Русский" : "English")));

function add() {
  ask(say("people.add"), [
    field("p-name", "people.name", h("input", { id: "p-name", required: true, maxlength: 80, autocapitalize: "none", spellcheck: "false", autocomplete: "off", autofocus: true }), "people.name_hint"),
    field("p-display", "people.display_name", h("input", { id: "p-display", maxlength: 80, autocomplete: "off" }), "people.display_name_hint"),
    roleField("operator"), languageField("ru"),
  ], say("people.add_yes"), async () => {
    const made = await post("/people", { name: $("p-name").value, display_name: $("p-display").value, role: $("p-role").value, language: $("p-language").value });
    await load();
    showPassword(made.person.display_name, made.person.name, made.password);
  });
}

function edit(person) {
  const sessions = h("p", { class: "hint" }, say("people.sessions_loading"));
  ask(person.display_name, [
    h("p", { class: "hint" }, say("people.signs_in_as", { name: person.name })),
    field("p-display", "people.display_name", h("input", { id: "p-display", maxlength: 80, value: person.display_name, required: true })),
    roleField(person.role), languageField(person.language), sessions,
    h("div", { class: "row" },
      h("button", { type: "button", onclick: () => resetPassword(person) }, say("people.new_password")),
      h("button", { type: "button", onclick: () => signOut(person) }, say("people.sign_out")),
      h("button", { type: "button", class: person.active ? "bad" : null, onclick: () => toggle(person) }, say(person.active ? "people.deactivate" : "people.activate"))),
  ], say("action.save"), async () => {
    await post(`/people/${person.id}`, { display_name: $("p-display").value, role: $("p-role").value, language: $("p-language").value });
    $("dialog").close();
    toast(say("people.saved"));
    await load();
  });
  get(`/people/${person.id}/sessions`).then(({ sessions: open, second }) => {
    sessions.textContent = say("people.sessions", { count: open.length });
    if (second) sessions.after(h("div", { class: "row" }, h("button", { type: "button", onclick: () => resetSecond(person) }, say("second.reset"))));
  }).catch(failed);
}

async function toggle(person) {
  if (person.active && !(await confirmed(say("people.deactivate_title", { name: person.display_name }), say("people.deactivate_text"), say("people.deactivate")))) return;
  await post(`/people/${person.id}`, { active: !person.active }).then(() => { $("dialog").close(); toast(say("people.saved")); }).catch(failed);
  await load().catch(failed);
}

async function signOut(person) {
  await post(`/people/${person.id}/sessions/end`).then(({ ended }) => { $("dialog").close(); toast(say("people.signed_out", { count: ended })); }).catch(failed);
}

async function resetSecond(person) {
  if (!(await confirmed(say("second.reset_title", { name: person.display_name }), say("second.reset_text"), say("second.reset")))) return;
  await post(`/people/${person.id}/second/off`).then(() => { $("dialog").close(); toast(say("people.saved")); }).catch(failed);
}

async function resetPassword(person) {
  if (!(await confirmed(say("people.new_password_title", { name: person.display_name }), say("people.new_password_text"), say("people.new_password")))) return;
  await post(`/people/${person.id}/password`).then(({ password }) => showPassword(person.display_name, person.name, password)).catch(failed);
}

function showPassword(displayName, name, password) {
  const dialog = $("dialog");
  const shown = h("output", { class: "secret", id: "secret" }, password);
  dialog.onclose = () => shown.remove();
  dialog.replaceChildren(
    h("h2", { id: "dialog-title" }, displayName),
    h("p", {}, say("people.password_once", { name })), shown,
    h("div", { class: "dialog-actions" },
      h("button", { type: "button", onclick: () => navigator.clipboard?.writeText(password).then(() => toast(say("people.copied")), () => getSelection().selectAllChildren(shown)) }, say("people.copy")),
      h("button", { type: "button", class: "primary", autofocus: true, onclick: () => dialog.close() }, say("action.got_it"))));
  if (!dialog.open) dialog.showModal();
}

$("add").addEventListener("click", add);
$("find").addEventListener("input", draw);
$("inactive").addEventListener("change", draw);
await start(draw);
await load().catch(failed);
