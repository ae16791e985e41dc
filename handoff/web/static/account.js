// One's own account: name, language, password, and where one is signed in.
import { $, h, keyed } from "/shared/dom.js";
import { get, post, setCsrf } from "/shared/api.js";
import { confirmed, toast } from "/shared/notices.js";
import { data, failed, start } from "/shared/page.js";
import { clockTime, dayName, label, say } from "/shared/words.js";

import { drawAlerts } from "./alerts_form.js";
import { drawPush, loadPush } from "./push_form.js";
import { drawSecond, loadSecond } from "./second.js";

let sessions = [];
let me = null;

function draw() {
  $("new-hint").textContent = say("account.new_hint", { least: data.least_chars });
  if (me) $("signed-in").textContent = say("account.signed_in_as", { name: me.name, role: label("role", me.role) });
  keyed($("sessions"), sessions, (each) => each.id, line);
  $("end-others").hidden = sessions.length < 2;
  drawSecond();
  drawAlerts();
  drawPush();
}

const when = (iso) => `${dayName(iso)}, ${clockTime(iso)}`;

/** "Firefox, Windows": enough to know one's own browsers by. */
function browserName(agent) {
  const browser = [["Edg/", "Edge"], ["YaBrowser", "Яндекс Браузер"], ["OPR/", "Opera"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]].find(([mark]) => agent.includes(mark));
  const system = [["Windows", "Windows"], ["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Mac OS X", "macOS"], ["Linux", "Linux"]].find(([mark]) => agent.includes(mark));
  return [browser?.[1] ?? agent.slice(0, 40), system?.[1]].filter(Boolean).join(", ") || say("account.unknown_browser");
}

function line(session) {
  return h("li", {},
    h("div", {}, h("strong", {}, browserName(session.agent)), session.this ? h("span", { class: "chip strong" }, say("account.this_browser")) : null,
      h("p", { class: "hint" }, say("account.session_line", { created: when(session.created_at), seen: when(session.seen_at), address: session.address || "—" }))),
    session.this ? null : h("button", { type: "button", class: "small", onclick: () => end(session.id) }, say("account.end")));
}

async function load() {
  sessions = (await get("/account/sessions")).sessions;
  draw();
}

async function end(id) {
  await post(`/account/sessions/${id}/end`).catch(failed);
  await load().catch(failed);
}

function fault(id, text) {
  $(id).textContent = text;
  $(id).hidden = !text;
}

$("own").addEventListener("submit", async (event) => {
  event.preventDefault();
  fault("own-fault", "");
  try {
    await post("/account", { display_name: $("display-name").value, language: $("own-language").value });
    $("who").textContent = $("display-name").value.trim();
    toast(say("people.saved"));
  } catch (error) {
    if (error.status === 422) fault("own-fault", say("account.bad_name"));
    else failed(error);
  }
});

$("password").addEventListener("submit", async (event) => {
  event.preventDefault();
  fault("password-fault", "");
  try {
    setCsrf((await post("/account/password", { old: $("old").value, new: $("new").value })).csrf);
    event.target.reset();
    toast(say("account.password_changed"));
    await load();
  } catch (error) {
    if (error.status >= 400 && error.status < 500 && error.status !== 401) fault("password-fault", error.words);
    else failed(error);
  }
});

$("end-others").addEventListener("click", async () => {
  if (!(await confirmed(say("account.end_others"), say("account.end_others_text"), say("account.end_others")))) return;
  await post("/account/sessions/end").then(({ ended }) => toast(say("people.signed_out", { count: ended }))).catch(failed);
  await load().catch(failed);
});

me = await start(draw);
if (me) {
  $("display-name").value = me.display_name;
  $("own-language").value = me.language;
  draw();
  await loadSecond();
  await load().catch(failed);
  await loadPush().catch(failed);
}
