// How the driver's page bears a large city: `node stories/load.js` (after `npm run build`) tells how long
// a first look takes, what a finger waits for, and what memory a minute costs, at a quarter of this machine's speed. A server of our own stands for the hub: 14,000 zones by pages, and 1,000 of them changed a second.
import { readFileSync, existsSync } from "node:fs";
import { createServer } from "node:http";
import { brotliCompressSync, constants, brotliDecompressSync } from "node:zlib";
import { chromium } from "playwright-core";

const ZONES = Number(process.env.ZONES ?? 14_000);
const SECONDS = Number(process.env.SECONDS ?? 60);
const PAGE = 1000;
const A_SECOND = 1000;

const at = () => new Date().toISOString();
/** @param {number} n */
function zone(n, free = n % 30) {
  const side = Math.ceil(Math.sqrt(ZONES));
  return {
    zone: `Z${String(n).padStart(5, "0")}`,
    name: `Toa Payoh Central ${n} Car Park ${n % 40}`,
    kind: n % 3 ? "on_street" : "off_street",
    operator: "HDB",
    lat: 1.25 + (0.2 * Math.floor(n / side)) / side,
    lon: 103.65 + (0.35 * (n % side)) / side,
    capacity: 40,
    capacity_by_kind: { car: 40 },
    vacant: { car: free },
    occupied: 40 - free,
    unknown: 0,
    closed: 0,
    reserved: 0,
    counted: false,
    accessible: { capacity: 1, vacant: 0 },
    occupancy: 1 - free / 40,
    vacant_expected: free,
    vacant_p10: free,
    vacant_p90: free,
    observed_at: at(),
    stale: false,
    known_fraction: 1,
  };
}

const TYPES = {
  js: "text/javascript",
  mjs: "text/javascript",
  css: "text/css",
  svg: "image/svg+xml",
  json: "application/json",
};
const POLICY =
  "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:";

const server = createServer((request, answer) => {
  const url = new URL(request.url ?? "/", "http://x");
  const json = (/** @type {unknown} */ told) => {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 4 };
    answer.writeHead(200, { "content-type": "application/json", "content-encoding": "br" });
    answer.end(brotliCompressSync(JSON.stringify(told), { params }));
  };
  if (url.pathname === "/v1/zones") {
    const from = Number(url.searchParams.get("cursor") ?? 0);
    const zones = Array.from({ length: Math.min(PAGE, ZONES - from) }, (_, i) => zone(from + i));
    return json({ at: at(), zones, next: from + PAGE < ZONES ? String(from + PAGE) : null });
  }
  if (url.pathname === "/v1/bays/nearby") {
    const { name, ...z } = zone(7_000);
    const near = {
      ...z,
      name,
      distance_m: 120,
      vacant: 12,
      capacity: 40,
      p_any_vacant: 0.9,
      price_cents_per_hour: 120,
      max_height_cm: null,
    };
    return json({ at: at(), bays: [], zones: [near] });
  }
  if (url.pathname === "/v1/stream") {
    answer.writeHead(200, { "content-type": "text/event-stream" });
    for (let n = 0; n < ZONES; n++) answer.write(`event: zone\nid: 0-${n}\ndata: ${JSON.stringify(zone(n))}\n\n`);
    let n = 0;
    const timer = setInterval(() => {
      for (let i = 0; i < A_SECOND / 10; i++, n++) {
        answer.write(`event: zone\nid: 1-${n}\ndata: ${JSON.stringify(zone((n * 7) % ZONES, n % 31))}\n\n`);
      }
    }, 100);
    request.on("close", () => clearInterval(timer));
    return;
  }
  const name = url.pathname === "/" ? "/index.html" : url.pathname;
  const file = new URL(`../dist${name}`, import.meta.url);
  const packed = new URL(`../dist${name}.br`, import.meta.url);
  if (!existsSync(file) && !existsSync(packed)) return answer.writeHead(404).end();
  const end = /** @type {keyof typeof TYPES} */ (name.split(".").pop() ?? "");
  answer.writeHead(200, { "content-type": TYPES[end] ?? "text/html", "content-security-policy": POLICY });
  answer.end(existsSync(packed) ? brotliDecompressSync(readFileSync(packed)) : readFileSync(file));
});
await new Promise((listening) => server.listen(0, "127.0.0.1", () => listening(null)));
const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());

const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--enable-precise-memory-info"];
const browser = await chromium.launch({ executablePath: process.env.BAYHUB_CHROMIUM ?? "/usr/bin/chromium", args });
const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
const devtools = await page.context().newCDPSession(page);
await devtools.send("Emulation.setCPUThrottlingRate", { rate: Number(process.env.SLOWER ?? 4) });
const began = Date.now();
await page.goto(`http://127.0.0.1:${port}/`, { waitUntil: "commit" });
await page.locator("main ol li .line").first().waitFor();
console.log(`first line after ${Date.now() - began} ms`);
await page.waitForFunction(() => /Live|Asking/.test(document.querySelector(".legend")?.textContent ?? ""));
console.log(`live after ${Date.now() - began} ms`);
await page.getByRole("button", { name: "Whole city" }).click();
await page.waitForTimeout(3000);

/** From the finger to the frame that shows it. */
async function interaction() {
  await page.evaluate(() => {
    const told = /** @type {any} */ (globalThis);
    told.worst = 0;
    new PerformanceObserver((list) => {
      for (const e of list.getEntries()) told.worst = Math.max(told.worst, e.duration);
    }).observe(/** @type {any} */ ({ type: "event", durationThreshold: 16 }));
  });
  for (let n = 0; n < 10; n++) {
    await page.getByRole("button", { name: n % 2 ? "Zoom in" : "Zoom out" }).click();
    await page.waitForTimeout(300);
  }
  return page.evaluate(() => /** @type {any} */ (globalThis).worst);
}
console.log(`slowest of ten interactions with all zones in view: ${await interaction()} ms`);

const until = Date.now() + SECONDS * 1000;
let most = 0;
while (Date.now() < until) {
  await page.waitForTimeout(2000);
  const { usedSize } = await devtools.send("Runtime.getHeapUsage");
  most = Math.max(most, usedSize);
}
console.log(
  `most memory of the page's own heap in ${SECONDS} s of ${A_SECOND} changes a second: ${(most / 2 ** 20).toFixed(0)} MiB`,
);
await browser.close();
server.closeAllConnections();
server.close();
