// What all stories are told with: a browser, a hub that runs, and what must hold of every page.
// Called as `node story.js PEERS READY [SHOTS]`: the folder with node_modules, the line that `bayhub demo` printed, and
// a folder for pictures.
import { createRequire } from "node:module";
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const [, , peers, ready, shots] = process.argv;
assert.ok(peers && ready, "node story.js PEERS READY [SHOTS]");
const require = createRequire(join(peers, "package.json"));
/** @type {typeof import("playwright-core")} */
const { chromium } = require("playwright-core");
const axe = require.resolve("axe-core/axe.min.js");

/** The hub's ready line. */
export const hub = JSON.parse(ready);

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const CHROMIUM = process.env.BAYHUB_CHROMIUM ?? "/usr/bin/chromium";

/** @type {Record<string, { width: number, height: number }>} */
export const SCREENS = {
  desk: { width: 1400, height: 900 },
  portrait: { width: 390, height: 844 },
  landscape: { width: 844, height: 390 },
};

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {{ screen: string, language: string, dark?: boolean, zone?: string }} Reader */

export const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });

/**
 * A page of the hub's for one reader; what goes wrong in it fails the story.
 * @param {Reader} reader
 * @returns {Promise<Page>}
 */
export async function open({ screen, language, dark = false, zone }) {
  const context = await browser.newContext({
    viewport: SCREENS[screen] ?? null,
    hasTouch: screen !== "desk",
    locale: language === "zh" ? "zh-CN" : "en-GB",
    colorScheme: dark ? "dark" : "light",
    ...(zone ? { timezoneId: zone } : {}),
    baseURL: hub.http,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("pageerror", (e) => assert.fail(`${screen} ${language}: ${e.stack ?? e}`));
  page.on("console", (m) => {
    const text = m.text();
    // What the policy forbids is never asked for; that a hub is away is said by the browser as well.
    if (m.type() === "error" && /Content Security Policy/.test(text)) assert.fail(`${screen} ${language}: ${text}`);
  });
  return page;
}

/**
 * What must hold of every page at any time.
 * @param {Page} page
 * @param {string} what
 */
export async function sound(page, what) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${what}: ${wide} px wider than the screen`);
  const small = await page.evaluate(() => {
    const all = [...document.querySelectorAll("button, select, input, summary, a.button")];
    const seen = all.filter((e) => e instanceof HTMLElement && e.offsetParent !== null);
    return seen
      .map((e) => ({ box: e.getBoundingClientRect(), text: e.textContent?.trim().slice(0, 40) }))
      .filter(({ box }) => box.height < 43.5 || box.width < 43.5)
      .map(({ box, text }) => `${text}: ${Math.round(box.width)}x${Math.round(box.height)}`);
  });
  assert.deepEqual(small, [], `${what}: too small for a finger`);
  // Not as a script of the page: its policy would not have it.
  await page.evaluate(await readFile(axe, "utf8"));
  const found = await page.evaluate(async () => {
    const run = /** @type {any} */ (globalThis).axe.run;
    const { violations } = await run(document, { resultTypes: ["violations"] });
    return violations
      .filter((/** @type {any} */ v) => ["serious", "critical"].includes(v.impact))
      .map(
        (/** @type {any} */ v) =>
          `${v.id}: ${v.nodes
            .map((/** @type {any} */ n) => n.html)
            .join(" | ")
            .slice(0, 400)}`,
      );
  });
  assert.deepEqual(found, [], `${what}: axe`);
}

/**
 * A picture, if pictures are wanted.
 * @param {Page} page
 * @param {string} name
 */
export async function picture(page, name) {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`) });
}

/**
 * Asks the hub as a partner would.
 * @param {string} path
 * @param {string} key
 * @param {unknown} [body]
 */
export async function ask(path, key, body) {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const init = body === undefined ? { headers } : { headers, method: "POST", body: JSON.stringify(body) };
  const answer = await fetch(hub.http + path, init);
  const told = await answer.json();
  assert.ok(answer.ok, `${path}: ${JSON.stringify(told)}`);
  return told;
}

/**
 * Tells one part, and how long that took.
 * @param {string} name
 * @param {() => Promise<unknown>} tells
 */
export async function story(name, tells) {
  const began = Date.now();
  await tells();
  console.log(`ok ${name} (${Date.now() - began} ms)`);
}

/** Ends the browser, and the story. */
export async function done() {
  await browser.close();
}
