// A menu that is too long for its line keeps what fits; the rest stands behind one word at its end.
import { say } from "./words.js";

const menu = document.getElementById("menu");

if (menu) {
  const more = document.createElement("details");
  const name = document.createElement("summary");
  const rest = document.createElement("div");
  more.className = "more-menu";
  more.hidden = true;
  more.append(name, rest);
  menu.append(more);

  const fit = () => {
    for (const link of [...rest.children]) menu.insertBefore(link, more);
    more.hidden = true;
    more.open = false;
    if (menu.scrollWidth <= menu.clientWidth) return;
    name.textContent = say("nav.more");
    more.hidden = false;
    const links = [...menu.querySelectorAll(":scope > a")];
    // The page one is on stays in sight, wherever it stands in the menu.
    const movable = links.filter((link) => !link.hasAttribute("aria-current"));
    while (menu.scrollWidth > menu.clientWidth && movable.length > 1) rest.prepend(movable.pop());
  };

  // The menu is as wide as what stands beside it lets it be, so its own width is watched.
  let width = 0;
  new ResizeObserver(() => {
    if (menu.clientWidth === width) return;
    width = menu.clientWidth;
    fit();
  }).observe(menu);
  // Another language has words of another length, numbers come and go.
  new MutationObserver(() => requestAnimationFrame(fit)).observe(document.documentElement, { attributeFilter: ["lang"] });
  addEventListener("load", fit);
  document.addEventListener("pointerdown", (event) => { if (!more.contains(event.target)) more.open = false; });
  more.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !more.open) return;
    event.stopPropagation();
    more.open = false;
    name.focus();
  });
  fit();
}
