/* Keeps the page at the door for the time without network: its frame, which names nobody, and
   the site's own files. Everything else goes to the network, and is not kept. */
"use strict";
const SCOPE = new URL(self.registration.scope).pathname;
const SHELL = `${SCOPE}/shell`;
const SHELF = `check-in ${SCOPE}`;
const PATIENCE = 4000;

async function keepShell() {
  const answer = await fetch(SHELL, { credentials: "same-origin", redirect: "error" });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const text = await answer.clone().text();
  const files = new Set(
    [...text.matchAll(/(?:href|src|data-reader-url)="(\/static\/[^"]+)"/g)].map((one) =>
      one[1].replaceAll("&amp;", "&"),
    ),
  );
  const shelf = await caches.open(SHELF);
  const kept = new Set(
    (await shelf.keys()).map((one) => new URL(one.url).pathname + new URL(one.url).search),
  );
  await Promise.all([...files].filter((one) => !kept.has(one)).map((one) => shelf.add(one)));
  for (const one of kept)
    if (one.startsWith("/static/") && !files.has(one) && !one.includes("/fonts/"))
      await shelf.delete(one);
  await shelf.put(SHELL, answer);
}

async function page(request) {
  const late = new Promise((_done, failed) => setTimeout(failed, PATIENCE));
  try {
    return await Promise.race([fetch(request), late]);
  } catch {
    return (await caches.match(SHELL, { cacheName: SHELF })) || Response.error();
  }
}

async function file(request) {
  const kept = await caches.match(request, { cacheName: SHELF });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) (await caches.open(SHELF)).put(request, answer.clone());
  return answer;
}

self.addEventListener("install", (event) =>
  event.waitUntil(keepShell().then(() => self.skipWaiting())),
);
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => {
  if (event.data === "keep") event.waitUntil(keepShell().catch(() => {}));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && pathname === SCOPE) event.respondWith(page(request));
  else if (pathname.startsWith("/static/")) event.respondWith(file(request));
});
