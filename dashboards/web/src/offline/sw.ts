// Keeps the shell of the pages, so that they open without the hub; what they then show is theirs to keep, and they say
// how old it is. Nothing of the API is ever answered from here.
const worker = globalThis as unknown as ServiceWorkerGlobalScope;
const SHELL = "bayhub-shell-1";
/** A hub that does not answer by then is away. */
const PATIENCE_MS = 4_000;

worker.addEventListener("install", (e: ExtendableEvent) => {
  e.waitUntil(
    caches
      .open(SHELL)
      .then((shell) => shell.add("/"))
      .then(() => worker.skipWaiting()),
  );
});

worker.addEventListener("activate", (e: ExtendableEvent) => {
  const old = caches.keys().then((names) => names.filter((name) => name !== SHELL));
  e.waitUntil(
    old.then((names) => Promise.all(names.map((name) => caches.delete(name)))).then(() => worker.clients.claim()),
  );
});

/** The newest there is: of the hub if it answers in time, else what was kept. */
async function page(request: Request): Promise<Response> {
  const shell = await caches.open(SHELL);
  const url = new URL(request.url);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok) await shell.put(url.pathname, answer.clone());
    return answer;
  } catch (e) {
    const kept = await shell.match(url.pathname);
    if (kept) return kept;
    throw e;
  }
}

/** A file whose name holds its content's hash never changes. */
async function file(request: Request): Promise<Response> {
  const shell = await caches.open(SHELL);
  const kept = await shell.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    await shell.put(request, answer.clone());
    void tidy(shell);
  }
  return answer;
}

/** Files of older versions go once there are many. */
const MOST_FILES = 60;
async function tidy(shell: Cache): Promise<void> {
  const all = await shell.keys();
  // Coasts and streets apart, so that a long journey on the map drops no part of the page.
  for (const of of [/^\/web\/(ground|streets)\//, /^\/web\/(?!(ground|streets)\/)/]) {
    const files = all.filter((r) => of.test(new URL(r.url).pathname));
    await Promise.all(files.slice(0, Math.max(0, files.length - MOST_FILES)).map((r) => shell.delete(r)));
  }
}

worker.addEventListener("fetch", (e: FetchEvent) => {
  const url = new URL(e.request.url);
  if (e.request.method !== "GET" || url.origin !== worker.location.origin) return;
  const isPage = ["/", "/authority", "/business", "/partner"].includes(url.pathname);
  if (e.request.mode === "navigate" && isPage) e.respondWith(page(e.request));
  else if (url.pathname.startsWith("/web/") && !url.pathname.endsWith(".pmtiles")) e.respondWith(file(e.request));
});
