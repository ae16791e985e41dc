// Tags: edited here, offered in every conversation.
import { $ } from "/shared/dom.js";
import { get, post } from "/shared/api.js";
import { toast } from "/shared/notices.js";
import { failed, start } from "/shared/page.js";
import { say } from "/shared/words.js";

let version = 0;

function shown(found) {
  version = found.version;
  $("tags").value = found.tags.join("\n");
}

function faults(found) {
  const place = $("tags-fault");
  place.hidden = !found.length;
  place.textContent = found.map(({ code }) => say(`labels.fault_${code}`)).join(" ");
  if (!found.length) return $("tags").removeAttribute("aria-invalid");
  $("tags").setAttribute("aria-invalid", "true");
  $("tags").focus();
}

$("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("save").disabled = true;
  try {
    shown(await post("/settings/labels", { version, tags: $("tags").value.split("\n").filter((tag) => tag.trim()) }));
    faults([]);
    toast(say("labels.saved"));
  } catch (error) {
    if (error.code === "faults") faults(error.details.faults);
    else failed(error);
  }
  $("save").disabled = false;
});

await start(() => null);
get("/settings/labels").then(shown).catch(failed);
