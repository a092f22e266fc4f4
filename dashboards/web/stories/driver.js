// A driver finds and books: on a desk, a phone and a phone on its side, in English and Chinese; and what the page does
// where something is not as it should be.
import assert from "node:assert/strict";
import { ask, done, hub, open, picture, SCREENS, sound, story } from "./lib.js";

/** @typedef {import("./lib.js").Page} Page */

const WORDS = {
  en: {
    shared: /^Shared bay at/,
    back: "Back",
    hold: "Hold it",
    demo: "Use the demo’s key",
    booked: "Booked",
    bookings: "Your bookings",
    cancel: "Cancel booking",
    cancelled: "cancelled",
    near: /^Within \d/,
  },
  zh: {
    shared: /的共享车位$/,
    back: "返回",
    hold: "锁定",
    demo: "使用演示密钥",
    booked: "预约成功",
    bookings: "我的预约",
    cancel: "取消预约",
    cancelled: "已取消",
    near: /(米|公里)内$/,
  },
};

/** Some of the demo's private bays on offer, for as long as the story goes. */
async function offers() {
  const { bays } = await ask("/v1/partners/me/bays", hub.keys.share);
  // Of the zone with the most room, so that there is some left at the end. Told to a hub for the second time the story
  // finds the first one's offers.
  const vacant = bays.filter((/** @type {any} */ b) => b.kind === "car" && b.state === "vacant" && !b.booked_now);
  const of = (/** @type {string} */ zone) => vacant.filter((/** @type {any} */ b) => b.zone === zone);
  const zones = [...new Set(vacant.map((/** @type {any} */ b) => b.zone))];
  const some = zones.map(of).reduce((a, b) => (b.length > a.length ? b : a), []);
  for (const { bay, offer } of some) {
    if (offer) continue;
    await ask("/v1/offers", hub.keys.share, {
      bay,
      time_zone: "Asia/Singapore",
      price_cents_per_hour: 250,
      currency: "SGD",
      windows: [{ days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], from: "00:00", to: "24:00" }],
    });
  }
  assert.ok(some.length > 6, `only ${some.length} private bays are vacant`);
  return some[0];
}

/** @param {Page} page */
const lines = (page) => page.locator("main ol li .line");

/** @param {string} screen @param {"en" | "zh"} language @param {{ zone: string, lat: number, lon: number }} shared */
async function findsAndBooks(screen, language, shared) {
  const words = WORDS[language];
  const page = await open({ screen, language });
  await page.goto("/");
  await lines(page).first().waitFor();
  await page.getByText(words.near).waitFor();
  await sound(page, `${screen} ${language} first look`);
  await picture(page, `driver-${screen}-${language}`);
  // The list has at least as much room as the map.
  const [list, map] = [await page.locator("main").boundingBox(), await page.locator(".mapside").boundingBox()];
  assert.ok(
    list && map && map.height <= Math.max(0.5 * (SCREENS[screen]?.height ?? 0), screen === "portrait" ? 0 : 900),
  );

  // By what the registry calls it, with the keyboard alone.
  await page.getByRole("combobox").first().fill(shared.zone.toLowerCase());
  await page.getByRole("option").first().waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/near=/);
  const line = lines(page)
    .filter({ has: page.getByText(words.shared) })
    .first();
  await line.waitFor();
  await line.click();
  await page.waitForURL(/open=bay/);
  await sound(page, `${screen} ${language} sheet`);
  await picture(page, `driver-sheet-${screen}-${language}`);

  // Back and forth, as anywhere on the web; and a link that somebody else opens.
  await page.goBack();
  await line.waitFor();
  await page.goForward();
  await page.getByRole("button", { name: words.demo }).click();
  await page.getByRole("button", { name: words.hold }).click();
  const confirm = page.locator(".booking .first");
  await confirm.filter({ hasText: /\d/ }).click();
  await page.getByText(words.booked).first().waitFor();
  await picture(page, `driver-booked-${screen}-${language}`);
  await page.getByRole("button", { name: words.bookings }).last().click();
  await page.waitForURL(/bookings=1/);
  const cancel = page.getByRole("button", { name: words.cancel }).first();
  await cancel.waitFor();
  await sound(page, `${screen} ${language} bookings`);
  await cancel.click();
  await page.locator("main li .actions button").first().click();
  await page.getByText(words.cancelled).first().waitFor();
  await page.getByRole("button", { name: words.back }).click();
  const other = await open({ screen, language });
  await other.goto(page.url());
  await lines(other).first().waitFor();
  await other.context().close();
  await page.context().close();
}

/** The hub goes away and comes back: ages count on, and nothing old is shown as room. */
async function outage() {
  const page = await open({ screen: "portrait", language: "en" });
  await page.goto("/");
  await lines(page).first().waitFor();
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  // A second look, so that the shell is kept with all its files.
  await page.reload();
  await lines(page).first().waitFor();
  await page.context().setOffline(true);
  await page.reload();
  const said = page.getByText(/The hub cannot be reached/);
  // What the browser has kept for some seconds is not old yet.
  await said.waitFor({ timeout: 30_000 });
  const first = await said.textContent();
  await lines(page).first().waitFor();
  await page.waitForTimeout(2_500);
  assert.notEqual(await said.textContent(), first, "the age stands still");
  await picture(page, "driver-offline");
  await page.context().setOffline(false);
  await said.waitFor({ state: "detached" });
  await page.context().close();
}

/** From street level single bays are drawn where they are, and so many as the zone has. */
async function bays() {
  const page = await open({ screen: "desk", language: "en" });
  const { zones } = await ask("/v1/zones?kind=on_street&limit=50", "");
  const street = zones.find((/** @type {any} */ z) => z.capacity > 3 && !z.stale);
  assert.ok(street, "no street zone is known of");
  await page.goto(`/?near=${street.lat},${street.lon}&z=18`);
  await page.locator("canvas:not([data-bays='0'])[data-bays]").waitFor({ state: "attached" });
  await page.waitForTimeout(1_000);
  const drawn = Number(await page.locator("canvas[data-bays]").getAttribute("data-bays"));
  assert.ok(drawn > 3, `${drawn} bays are drawn of ${street.zone} with ${street.capacity}`);
  await picture(page, "driver-bays");
  // On the street that the zone is called after.
  const streets = Number(await page.locator("canvas[data-streets]").getAttribute("data-streets"));
  assert.ok(streets > 0, "no streets are drawn");
  // From farther away there are none.
  await page.goto(`/?near=${street.lat},${street.lon}&z=15`);
  await page.locator("canvas[data-bays='0']").waitFor({ state: "attached" });
  // Of a whole city no street is asked for, nor drawn.
  /** @type {string[]} */
  const asked = [];
  page.on("request", (r) => void (r.url().includes("/web/streets/") && asked.push(r.url())));
  await page.goto(`/?near=${street.lat},${street.lon}&z=12`);
  await page.locator("canvas[data-streets='0']").waitFor({ state: "attached" });
  await page.waitForTimeout(500);
  assert.deepEqual(asked, []);
  await page.context().close();
}

/** A list is of the place and the filters that stand above it: while an answer is under way, refused, or not to be had. */
async function otherPlaces() {
  const page = await open({ screen: "desk", language: "en" });
  const { zones } = await ask("/v1/zones?limit=200", "");
  const parks = zones.filter((/** @type {any} */ z) => z.kind !== "private" && z.vacant.car > 2);
  const [here, there] = [parks[0], parks[parks.length - 1]];
  await page.goto(`/?near=${here.lat},${here.lon}`);
  await lines(page).first().waitFor();
  const go = async (/** @type {string} */ name) => {
    await page.getByRole("combobox").first().fill(name);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: `of ${name}` }).waitFor();
  };
  const none = (/** @type {string} */ what) =>
    lines(page)
      .count()
      .then((n) => assert.equal(n, 0, what));
  // Slow.
  /** @type {(() => void)[]} */
  const held = [];
  await page.route("**/v1/bays/nearby*", async (route) => {
    await new Promise((/** @type {(_?: unknown) => void} */ done) => held.push(done));
    await route.continue().catch(() => undefined);
  });
  await go(there.name);
  await none("the list of another place while the answer is under way");
  await page.unroute("**/v1/bays/nearby*");
  held.forEach((done) => done());
  await lines(page).first().waitFor();
  // Refused.
  const body = JSON.stringify({ title: "Too many", detail: "too many", status: 429 });
  await page.route("**/v1/bays/nearby*", (route) =>
    route.fulfill({ status: 429, contentType: "application/problem+json", body }),
  );
  await go(here.name);
  await page.getByText("The hub refused: too many").waitFor();
  await none("the list of another place where the hub refused");
  await page.unroute("**/v1/bays/nearby*");
  await page.getByRole("button", { name: "Try again" }).click();
  await lines(page).first().waitFor();
  // Away: not another filter's list, nor another place's, nor room in an open sheet.
  await lines(page).first().click();
  await page.locator("article .state").waitFor();
  await page.route("**/v1/**", (route) => route.abort());
  await page.context().setOffline(true);
  await page.locator("article .state.unknown").waitFor({ timeout: 40_000 });
  await page.keyboard.press("Escape");
  await page.locator("main .line:focus").waitFor();
  assert.equal(await page.locator(".line .state.room").count(), 0, "what is old is shown as room");
  await page.getByRole("button", { name: "EV charging" }).click();
  await page.getByText("nothing was kept of what you look for").waitFor();
  await none("the list without a filter, with it");
  await page.getByRole("button", { name: "EV charging" }).click();
  await lines(page).first().waitFor();
  await go(there.name);
  await page.getByText("nothing was kept of what you look for").waitFor();
  await none("the list of another place without the hub");
  await page.goBack();
  await page.getByRole("heading", { name: `of ${here.name}` }).waitFor();
  assert.equal(await page.getByRole("combobox").first().inputValue(), here.name);
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.context().close();
}

/**
 * An answer that is lost is asked for again under the same name, and times are the city's, named, wherever the device is.
 * @param {{ zone: string, bay: string, lat: number, lon: number }} shared
 */
async function lostAnswer(shared) {
  const page = await open({ screen: "desk", language: "en", zone: "America/New_York" });
  await page.route("**/v1/cds/curbs/spaces*", (route) => route.fulfill({ json: { time_zone: "Asia/Singapore" } }));
  /** @type {string[]} */
  const names = [];
  await page.route("**/v1/requests", async (route) => {
    names.push(route.request().headers()["idempotency-key"] ?? "");
    if (names.length > 1) return route.continue();
    await route.fetch();
    await route.abort();
  });
  await page.goto(`/?near=${shared.lat},${shared.lon}`);
  await lines(page)
    .filter({ has: page.getByText(WORDS.en.shared) })
    .first()
    .click();
  await page.getByRole("button", { name: WORDS.en.demo }).click();
  await page.getByText("clock of Asia/Singapore").waitFor();
  const from = await page.locator("input[type=datetime-local]").first().inputValue();
  const ahead = Date.parse(`${from}:00+08:00`) - Date.now();
  assert.ok(ahead > -60_000 && ahead < 600_000, `${from} is not Singapore's clock`);
  await page.getByRole("button", { name: WORDS.en.hold }).click();
  await page.getByText("No answer came from the hub").waitFor();
  await page.getByRole("button", { name: WORDS.en.hold }).click();
  await page.getByRole("button", { name: "Give it back" }).click();
  assert.deepEqual([names.length, new Set(names).size], [2, 1], "the same wish was asked for twice");
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.context().close();
}

/** Names of 300 characters, names with markup, a zone without a place, a clock a day off, a key that is none. */
async function badInput() {
  const page = await open({ screen: "portrait", language: "en" });
  await page.route("**/v1/bays/nearby*", async (route) => {
    const answer = await route.fetch();
    const told = await answer.json();
    told.bays?.forEach((/** @type {any} */ b, /** @type {number} */ n) => {
      b.zone_name = n % 2 ? `<img src=x onerror=alert(1)>${b.zone}` : "W".repeat(300);
      b.lat = n === 0 ? null : b.lat;
    });
    await route.fulfill({ response: answer, json: told });
  });
  await page.goto(`/?near=1.3521,103.8198&name=${encodeURIComponent("<b>x</b>".repeat(60))}&z=NaN&open=%3Cscript%3E`);
  await page.locator("main").waitFor();
  await page.waitForTimeout(1_500);
  await sound(page, "bad input");
  const wide = await page.locator("main").evaluate((e) => e.scrollWidth - e.clientWidth);
  assert.ok(wide <= 0, `a long name makes the list ${wide} px wider than its place`);
  assert.equal(await page.locator("main img, main b").count(), 0, "markup in a name became markup");
  await page.goto("/?bookings=1");
  await page.getByLabel("Key").fill("bh_live_nonsense");
  await page.getByRole("button", { name: "Use this key" }).click();
  await page.getByText("This key is not good").waitFor();
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.context().close();
}

/** @param {{ zone: string }} shared */
async function revoked(shared) {
  const page = await open({ screen: "desk", language: "en" });
  await page.goto("/");
  await page.evaluate(() => {
    const held = JSON.stringify({ key: "bh_live_gone", name: "gone", partner: "gone" });
    sessionStorage.setItem("bayhub.key.book", held);
  });
  await page.goto(`/?bookings=1&open=${shared.zone}`);
  await page.getByText("This key is not good").waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.getItem("bayhub.key.book")), null);
  await page.context().close();
}

/** Every look of the page, for people to look at. */
async function looks() {
  for (const screen of Object.keys(SCREENS)) {
    for (const language of ["en", "zh"]) {
      const page = await open({ screen, language, dark: true });
      await page.goto("/");
      await lines(page).first().waitFor();
      await page.waitForTimeout(600);
      await sound(page, `${screen} ${language} dark`);
      await picture(page, `driver-${screen}-${language}-dark`);
      await page.context().close();
    }
  }
}

const shared = await offers();
for (const screen of Object.keys(SCREENS)) {
  for (const language of /** @type {const} */ (["en", "zh"])) {
    await story(`a driver finds and books: ${screen} ${language}`, () => findsAndBooks(screen, language, shared));
  }
}
await story("the hub goes away and comes back", outage);
await story("single bays on the map", bays);
await story("a list is of the place above it", otherPlaces);
await story("an answer that is lost", () => lostAnswer(shared));
await story("bad input", badInput);
await story("a key that is revoked", () => revoked(shared));
await story("dark looks", looks);
await done();
