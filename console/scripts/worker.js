// Keeps the shell, so that the console opens without a network and says what is missing. No answer of the API is ever
// kept: only files of the build go through here. A new release waits until somebody asks for it.
const SHELL = __SHELL__;
const CACHE = "shell-__RELEASE__";
const PAGE = "/app/index.html";
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(SHELL)));
});

self.addEventListener("activate", (event) => {
  const gone = caches.keys().then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))));
  event.waitUntil(gone.then(() => self.clients.claim()));
});

self.addEventListener("message", (event) => {
  if (event.data === "now") self.skipWaiting();
});

/** The page of the newest release; where none comes in time, the one that is kept. */
async function page(request) {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error("late")), PATIENCE_MS));
  try {
    const answer = await Promise.race([fetch(request), late]);
    if (answer.status < 500) return answer;
  } catch {
    // The kept page says that the API cannot be reached.
  }
  return (await caches.match(PAGE)) ?? fetch(request);
}

/** A file whose name is its content's: once it is here it is never asked for again. */
async function file(request) {
  const kept = await caches.match(request);
  if (kept !== undefined) return kept;
  const answer = await fetch(request);
  if (answer.ok) await (await caches.open(CACHE)).put(request, answer.clone());
  return answer;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin || !pathname.startsWith("/app/")) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (pathname.startsWith("/app/assets/") || SHELL.includes(pathname)) {
    // The page itself is asked for by name to learn of a new release: that is never the kept one.
    if (pathname !== PAGE) event.respondWith(file(request));
  }
});
