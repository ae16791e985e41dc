// Runs while no page of the desk is open: shows what the push service brings, and leads to it on a press.
// The server puts WORDS before this script.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const { kind = "", ticket = "", language = "ru" } = event.data?.json() ?? {};
  const words = WORDS[language] ?? WORDS.ru;
  const address = kind === "task" ? "/desk/tasks" : ticket ? `/desk#ticket/${ticket}` : "/desk";
  // One line for all who wait; of the others one each conversation.
  const tag = kind === "waiting" ? "duet-waiting" : `duet-${kind}-${ticket}`;
  event.waitUntil(self.registration.showNotification(words.brand, {
    body: words[kind] ?? words.message, tag, renotify: true, lang: language, icon: "/shared/icon.svg", data: { address },
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(new URL(event.notification.data?.address ?? "/desk", self.location.origin)));
});

/** The desk that is open already goes there, so that there are not two; otherwise a new one opens. */
async function open(address) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const same = pages.find((page) => new URL(page.url).pathname === address.pathname);
  if (!same) return self.clients.openWindow(address.href);
  await same.focus();
  return same.navigate(address.href).catch(() => self.clients.openWindow(address.href));
}
