// A business puts bays on offer, changes hours and is told what that does, and sees a booking come: on a desk, a phone and
// a phone on its side, in English and Chinese; a pool, the money, and what the page does where something is not as it should be.
import assert from "node:assert/strict";
import { ask, done, hub, open, picture, SCREENS, sound, story } from "./lib.js";

/** @typedef {import("./lib.js").Page} Page */

const WORDS = {
  en: {
    demo: "Use the demo’s key",
    first: /on offer yet/,
    always: "Always",
    offer: "Put on offer",
    made: /offers? (is|are) made/,
    affects: /outside of this/,
    untouched: "No booking is touched by this.",
    save: "Save the change",
    saved: /^Saved/,
    pause: "Pause",
    reopen: "Open again",
    paused: /^Paused: nothing/,
    gate: "Who comes now",
    week: "The week",
    bookings: "Bookings",
    money: "Money",
    csv: "Settlement as CSV",
    close: "Close",
    until: "Until",
    from: "From",
    giveUp: "Give up",
    giveUpSure: "Give it up",
    given: /^Given up/,
  },
  zh: {
    demo: "使用演示密钥",
    first: /尚未共享/,
    always: "全天候",
    offer: "开始共享",
    made: /^已发布/,
    affects: /不在新时段内/,
    untouched: "不影响任何预约。",
    save: "保存修改",
    saved: /^已保存/,
    pause: "暂停共享",
    reopen: "恢复共享",
    paused: /^已暂停：/,
    gate: "即将入场",
    week: "本周安排",
    bookings: "预约",
    money: "收入与结算",
    csv: "导出结算 CSV",
    close: "关闭",
    until: "结束",
    from: "开始",
    giveUp: "放弃预约",
    giveUpSure: "确认放弃",
    given: /^已放弃/,
  },
};

/** @param {Page} page @param {"en" | "zh"} language */
async function withKey(page, language) {
  await page.getByRole("button", { name: WORDS[language].demo }).click();
}

const ALWAYS = [{ days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], from: "00:00", to: "24:00" }];

/** The first use: three steps, with nothing on offer before. */
async function firstUse() {
  const { offers } = await ask("/v1/offers?limit=1000", hub.keys.share);
  // Told to a hub for the second time, the first use is over.
  if (offers.some((/** @type {any} */ o) => o.state !== "withdrawn")) return;
  const page = await open({ screen: "portrait", language: "en" });
  await page.goto("/business");
  await sound(page, "business without a key");
  await withKey(page, "en");
  await page.getByText(WORDS.en.first).waitFor();
  for (const n of [0, 1, 2, 3]) await page.locator(".bays button").nth(n).click();
  await page.getByRole("button", { name: WORDS.en.always }).click();
  await page.getByLabel(/^Price/).fill("2.50");
  await page.locator(".sum").filter({ hasText: "4 bays: every day, all day" }).waitFor();
  await sound(page, "business first use");
  await picture(page, "business-first-use");
  await page.locator(".sum").scrollIntoViewIfNeeded();
  await picture(page, "business-first-use-end");
  await page.getByRole("button", { name: WORDS.en.offer }).click();
  await page.getByText(WORDS.en.made).waitFor();
  await page.getByRole("heading", { name: WORDS.en.week }).waitFor();
  await page.context().close();
}

/** A bay of one's own that is vacant, on offer at any time, and booked by nobody. @param {Set<string>} used */
async function aBay(used, windows = ALWAYS, zone = "UTC") {
  const { bays } = await ask("/v1/partners/me/bays?limit=1000", hub.keys.share);
  const free = (/** @type {any} */ b) => b.kind === "car" && b.state === "vacant" && !b.booked_now && !b.booked_next;
  const bay = bays.find((/** @type {any} */ b) => free(b) && !used.has(b.bay) && b.offer === null);
  assert.ok(bay, "no private bay is vacant");
  used.add(bay.bay);
  const offer = await ask("/v1/offers", hub.keys.share, {
    bay: bay.bay,
    time_zone: zone,
    price_cents_per_hour: 250,
    currency: "SGD",
    windows,
  });
  return { ...bay, offer: offer.id };
}

let wishes = 0;
/** A driver books a bay, in two hours for two. @param {any} bay */
async function books(bay) {
  const at = (/** @type {number} */ h) => new Date(Date.now() + h * 3_600_000).toISOString();
  const headers = {
    authorization: `Bearer ${hub.keys.book}`,
    "content-type": "application/json",
    "idempotency-key": `business-${Date.now()}-${wishes++}`,
  };
  const body = JSON.stringify({ lat: bay.lat, lon: bay.lon, max_walk_m: 1, start: at(2), end: at(4) });
  const answer = await fetch(`${hub.http}/v1/requests`, { method: "POST", headers, body });
  const held = await answer.json();
  assert.ok(answer.ok, JSON.stringify(held));
  return await ask(`/v1/reservations/${held.id}/confirm`, hub.keys.book, {});
}

/** @type {Set<string>} */
const used = new Set();

/** @param {string} screen @param {"en" | "zh"} language */
async function changesHours(screen, language) {
  const words = WORDS[language];
  const bay = await aBay(used);
  const page = await open({ screen, language });
  await page.goto("/business");
  await withKey(page, language);
  const week = page.getByRole("region", { name: words.week, exact: true });
  const row = week.getByRole("button", { name: bay.bay });
  await row.waitFor();

  // A driver books; within a look of the page it is there for the gate, in the week and in the list.
  const booked = await books(bay);
  const gate = page.getByRole("region", { name: words.gate });
  await gate.getByText(booked.bay).first().waitFor();
  await page.getByRole("region", { name: words.bookings, exact: true }).getByText(booked.id).waitFor();
  const name = `business-${screen}-${language}`;
  await sound(page, name);
  await picture(page, name);

  // Hours that leave the booking out: said before it is saved.
  await week.getByRole("button", { name: booked.bay }).click();
  const editor = page.locator(".editor");
  const now = new Date();
  const [from, to] = [(now.getUTCHours() + 12) % 24, (now.getUTCHours() + 13) % 24];
  const hour = (/** @type {number} */ h) => `${String(h).padStart(2, "0")}:00`;
  await editor.getByLabel(words.from, { exact: false }).first().selectOption(hour(from));
  await editor
    .getByLabel(words.until, { exact: false })
    .first()
    .selectOption(to === 0 ? "24:00" : hour(to));
  await editor.getByText(words.affects).waitFor();
  await editor.evaluate((e) => e.scrollIntoView({ block: "start" }));
  await sound(page, `${name} editor`);
  await picture(page, `${name}-editor`);
  await editor.getByRole("button", { name: words.save }).click();
  await page.getByText(words.saved).waitFor();
  const offers = await ask("/v1/offers?limit=1000", hub.keys.share);
  const its = offers.offers.find((/** @type {any} */ o) => o.bay === booked.bay && o.state !== "withdrawn");
  assert.equal(its.windows[0].from, hour(from));
  const kept = await ask(`/v1/reservations/${booked.id}`, hub.keys.book);
  assert.equal(kept.state, "confirmed", "what is booked stands");

  await editor.getByRole("button", { name: words.pause }).click();
  await page.getByText(words.paused).waitFor();
  await editor.getByRole("button", { name: words.reopen }).waitFor();
  await editor.getByRole("button", { name: words.close }).click();

  // It is given up, and its money is told.
  const list = page.getByRole("region", { name: words.bookings, exact: true });
  const line = list.locator("li").filter({ hasText: booked.id });
  await line.getByRole("button", { name: words.giveUp }).click();
  await line.getByRole("button", { name: words.giveUpSure }).click();
  await page.getByText(words.given).waitFor();
  const money = page.getByRole("region", { name: words.money });
  await money.evaluate((e) => e.scrollIntoView({ block: "start" }));
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    money.getByRole("button", { name: words.csv }).click(),
  ]);
  assert.match(file.suggestedFilename(), /^bayhub-settlement-\d{4}-\d{2}\.csv$/);
  await sound(page, `${name} money`);
  await picture(page, `${name}-money`);
  await page.context().close();
}

/** Hours are dragged in the week: said in the list, with what that does, before anything is saved. */
async function drags() {
  // The week is drawn by the clock of the first offer.
  const { offers } = await ask("/v1/offers?limit=1000", hub.keys.share);
  const zone = offers.find((/** @type {any} */ o) => o.state !== "withdrawn")?.time_zone;
  const bay = await aBay(used, [{ days: ["mon", "tue"], from: "08:00", to: "12:00" }], zone);
  const page = await open({ screen: "desk", language: "en" });
  await page.goto("/business");
  await withKey(page, "en");
  const row = page.getByRole("region", { name: WORDS.en.week, exact: true }).locator("li").filter({ hasText: bay.bay });
  const strip = row.locator(".strip");
  /** @param {number} from hours since Monday @param {number} to */
  const drag = async (from, to) => {
    await strip.scrollIntoViewIfNeeded();
    const box = await strip.boundingBox();
    assert.ok(box);
    const [x, y] = [(/** @type {number} */ h) => box.x + (box.width * h) / 168, box.y + box.height / 2];
    await page.mouse.move(x(from), y);
    await page.mouse.down();
    await page.mouse.move(x(to), y, { steps: 4 });
    await page.mouse.up();
  };
  const editor = page.locator(".editor");
  await drag(12, 18);
  await editor.locator("legend", { hasText: "Mon–Tue 08:00–18:00" }).waitFor();
  await drag(5 * 24 + 9, 5 * 24 + 20);
  await editor.locator("legend", { hasText: "Sat 09:00–20:00" }).waitFor();
  await editor.getByText(WORDS.en.untouched).waitFor();
  const before = await ask(`/v1/offers/${bay.offer}`, hub.keys.share);
  assert.equal(before.windows.length, 1, "nothing is saved by a drag");
  await sound(page, "business dragged");
  await picture(page, "business-dragged");
  await editor.getByRole("button", { name: WORDS.en.save }).click();
  await page.getByText(WORDS.en.saved).waitFor();
  const { windows } = await ask(`/v1/offers/${bay.offer}`, hub.keys.share);
  assert.deepEqual(
    windows.map((/** @type {any} */ w) => `${w.days} ${w.from}-${w.to}`),
    ["mon,tue 08:00-18:00", "sat 09:00-20:00"],
  );
  await page.context().close();
}

/** Many bays, a pool, bookings on both: for people to look at, and in the dark. */
async function looks() {
  const { bays } = await ask("/v1/partners/me/bays?limit=1000", hub.keys.share);
  const zones = [...new Set(bays.map((/** @type {any} */ b) => b.zone))];
  const { offers } = await ask("/v1/offers?limit=1000", hub.keys.share);
  if (!offers.some((/** @type {any} */ o) => o.zone && o.state === "open")) {
    await ask("/v1/offers", hub.keys.share, {
      zone: zones.at(-1),
      bays: 5,
      time_zone: "UTC",
      price_cents_per_month: 50_000,
      currency: "SGD",
      windows: [
        { days: ["workday"], from: "17:00", to: "08:00" },
        { days: ["dayoff"], from: "00:00", to: "24:00" },
      ],
    });
  }
  const some = [];
  for (let n = 0; n < 3; n++) some.push(await aBay(used));
  for (const bay of some) await books(bay);
  for (const [screen, language, dark] of /** @type {const} */ ([
    ["desk", "en", false],
    ["desk", "zh", true],
    ["portrait", "zh", true],
  ])) {
    const page = await open({ screen, language, dark });
    await page.goto("/business");
    await withKey(page, language);
    await page.getByRole("region", { name: WORDS[language].week, exact: true }).locator("li").first().waitFor();
    await page.waitForTimeout(500);
    await sound(page, `business ${screen} ${language} pool`);
    await picture(page, `business-${screen}-${language}-pool${dark ? "-dark" : ""}`);
    await page.context().close();
  }
}

/** Names of 300 characters and with markup; no bays at all; a hub that goes away; a key that is gone. */
async function badInput() {
  const page = await open({ screen: "portrait", language: "en" });
  await page.route("**/v1/partners/me/bays?*", async (route) => {
    const answer = await route.fetch();
    const told = await answer.json();
    told.bays?.forEach((/** @type {any} */ b, /** @type {number} */ n) => {
      b.zone_name = n % 2 ? `<img src=x onerror=alert(1)>${b.zone}` : "W".repeat(300);
    });
    await route.fulfill({ response: answer, json: told });
  });
  await page.goto("/business");
  await withKey(page, "en");
  const rows = page.getByRole("region", { name: WORDS.en.week, exact: true }).locator("li button");
  await rows.first().click();
  await page.locator(".editor").waitFor();
  await sound(page, "business bad input");
  assert.equal(await page.locator("main img").count(), 0, "markup in a name became markup");

  await page.context().setOffline(true);
  await page
    .getByText(/The hub cannot be reached/)
    .first()
    .waitFor();
  await page.context().setOffline(false);
  await page.getByRole("button", { name: "Try again" }).first().click();
  await page.unrouteAll({ behavior: "ignoreErrors" });

  await page.route("**/v1/partners/me/bays?*", (route) =>
    route.fulfill({ json: { partner: "x", at: new Date().toISOString(), bays: [], next: null } }),
  );
  await page.route("**/v1/offers?*", (route) => route.fulfill({ json: { offers: [], next: null } }));
  await page.reload();
  await page.getByText("No bays are recorded as yours.").waitFor();
  await sound(page, "business without bays");
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.evaluate(() => {
    const held = JSON.stringify({ key: "bh_live_gone", name: "gone", partner: "gone" });
    sessionStorage.setItem("bayhub.key.share", held);
  });
  await page.reload();
  await page.getByRole("button", { name: WORDS.en.demo }).waitFor();
  await page.context().close();
}

await story("a business begins", firstUse);
for (const screen of Object.keys(SCREENS)) {
  for (const language of /** @type {const} */ (["en", "zh"])) {
    await story(`a business changes its hours: ${screen} ${language}`, () => changesHours(screen, language));
  }
}
await story("hours are dragged in the week", drags);
await story("a pool, and the dark", looks);
await story("bad input", badInput);
await done();
