// Which roles must use a second factor.
import { $, h } from "/shared/dom.js";
import { get, post } from "/shared/api.js";
import { toast } from "/shared/notices.js";
import { data, failed, start } from "/shared/page.js";
import { label, say } from "/shared/words.js";

let policy = { second_factor: [], version: 0 };

function draw() {
  const chosen = chosenRoles() ?? policy.second_factor;
  $("roles").replaceChildren(...data.roles.map((role) => h("label", { class: "check" },
    h("input", { type: "checkbox", value: role, checked: chosen.includes(role) }), " ", label("role", role))));
}

function chosenRoles() {
  const boxes = [...$("roles").querySelectorAll("input")];
  return boxes.length ? boxes.filter((box) => box.checked).map((box) => box.value) : null;
}

$("policy").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("fault").hidden = true;
  try {
    policy = await post("/settings/sign-in", { second_factor: chosenRoles(), version: policy.version });
    toast(say("settings.saved"));
  } catch (error) {
    if (error.status !== 409) return failed(error);
    policy.version = error.details.version;
    $("fault").textContent = error.words;
    $("fault").hidden = false;
  }
});

await start(() => draw());
try {
  policy = await get("/settings/sign-in");
  $("roles").replaceChildren();
  draw();
} catch (error) {
  failed(error);
}
