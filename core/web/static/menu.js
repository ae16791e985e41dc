// Numbers beside lines of the menu: how much waits behind them.
const EVERY_MS = 30_000;

async function refresh(entry) {
  try {
    const response = await fetch(entry.dataset.count);
    if (!response.ok) return;
    const { count } = await response.json();
    const badge = entry.querySelector(".count");
    badge.textContent = count > 99 ? "99+" : String(count);
    badge.hidden = count === 0;
  } catch {
    // The page says elsewhere that the network is away; the number stays as it was.
  }
}

const entries = [...document.querySelectorAll("#menu [data-count]")];

/** Asks again now, after something was changed that counts. */
export const recount = () => { if (!document.hidden) entries.forEach(refresh); };

recount();
setInterval(recount, EVERY_MS);
document.addEventListener("visibilitychange", recount);
