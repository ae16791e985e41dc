// Requests of all conversations, and what waits for a lead.
import { get } from "/shared/api.js";
import { $, h, keyed } from "/shared/dom.js";
import { banner } from "/shared/notices.js";
import { failed, start } from "/shared/page.js";
import { say } from "/shared/words.js";
import { Live } from "./live.js";
import { promiseCard, requestCard } from "./tools_cards.js";
import { own } from "./tools_forms.js";

let me = null;
let found = null;
let settled = false;

const after = () => refresh();
after.failed = (error) => { failed(error); refresh(); };

async function refresh() {
  try {
    found = await get(`/requests?settled=${settled ? 1 : 0}`);
    draw();
  } catch (error) {
    failed(error);
  }
}

function draw() {
  if (!found) return;
  const language = document.documentElement.lang;
  const leads = ["lead", "administrator"].includes(me.role);
  const chosen = $("group").value;
  $("group").replaceChildren(h("option", { value: "" }, say("requests.all_groups")), ...found.groups.map((each) => h("option", { value: each.id, selected: each.id === chosen }, own(each))));
  const requests = found.requests.filter((each) => !chosen || each.group === chosen);
  $("approvals-part").hidden = !leads || settled;
  keyed($("approvals"), found.promises.map((each) => ({ ...each, language })), (each) => each.id, (each) => promiseCard(each, { after, link: true }));
  keyed($("requests"), requests.map((each) => ({ ...each, language })), (each) => each.id, (each) => requestCard(each, { me, groups: found.groups, after, link: true }));
  $("no-approvals").hidden = found.promises.length > 0;
  $("no-requests").hidden = requests.length > 0;
  $("settled").setAttribute("aria-pressed", String(settled));
  $("settled").classList.toggle("primary", settled);
  $("requests-title").textContent = say(settled ? "requests.settled" : "requests.open");
}

$("group").addEventListener("change", draw);
$("settled").addEventListener("click", () => { settled = !settled; refresh(); });

me = await start(draw);
if (me) {
  await refresh();
  new Live({
    changed: (event) => { if (event.type === "requests") refresh(); },
    lost: () => banner(say("live.lost")),
    back: () => { banner(""); refresh(); },
    signedOut: () => location.assign("/desk/login"),
  }).start();
}
