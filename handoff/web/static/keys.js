// Keyboard shortcuts. They go by the key's place, so they work with a Russian layout too.

export function listen(actions) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "Escape") return actions.escape(Boolean(typing));
    if (typing) return;
    const action = event.key === "?" ? actions.help : actions[event.code];
    if (!action || (event.shiftKey && event.key !== "?")) return;
    event.preventDefault();
    action();
  });
}
