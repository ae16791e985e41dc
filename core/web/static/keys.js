// Keyboard shortcuts. They go by the key's place, so they work with a Russian layout too.

export function listen(actions) {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.code === "KeyK" && actions.search && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      return actions.search();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const typing = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if (event.key === "Escape") return actions.escape(Boolean(typing));
    if (typing) return;
    const action = event.key === "?" ? actions.help : actions[event.code];
    if (!action || (event.shiftKey && event.key !== "?")) return;
    event.preventDefault();
    action();
  });
}
