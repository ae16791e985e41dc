// Signing in.
import { $ } from "/shared/dom.js";
import { post } from "/shared/api.js";
import { say, startLanguage, switchLanguage } from "/shared/words.js";

startLanguage(document.documentElement.lang);
$("language").addEventListener("click", switchLanguage);
$("show").addEventListener("change", (event) => { $("password").type = event.target.checked ? "text" : "password"; });

$("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const [name, password] = [$("name").value.trim(), $("password").value];
  if (!name) return $("name").focus();
  if (!password) return $("password").focus();
  working(true);
  try {
    const { operator, must_enrol: mustEnrol } = await post("/login", { name, password, code: $("code").value });
    location.assign(mustEnrol ? "/desk/account" : home(operator.role));
  } catch (error) {
    const asksCode = error.code === "code_needed";
    $("wrong").textContent = error.words;
    $("wrong").hidden = asksCode;
    working(false);
    if (asksCode || error.code === "wrong_code") {
      $("code-field").hidden = false;
      $("code").value = "";
      $("code").focus();
    } else $("password").select();
  }
});

// Editors have no desk; who came from a page of ours goes back there.
function home(role) {
  const from = location.hash.slice(1);
  return /^\/kb\/[\w-]*$/.test(from) ? from : role === "editor" ? "/kb/phrases" : "/desk";
}

function working(yes) {
  $("enter").disabled = yes;
  $("enter").textContent = say(yes ? "login.entering" : "login.enter");
}
