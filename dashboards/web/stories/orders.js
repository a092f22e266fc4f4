// The authority closes a street, and a driver who looks at it sees that at once: on a desk and a phone, in English and
// Chinese; an exercise, an emergency with its second key, what the hub refuses, and a hub that goes away.
import assert from "node:assert/strict";
import { ask, done, hub, open, picture, SCREENS, sound, story } from "./lib.js";

/** @typedef {import("./lib.js").Page} Page */

const WORDS = {
  en: {
    demo: "Use the demo’s key",
    issue: "Issue an order",
    zones: "Zones",
    kind: /^Kind/,
    begins: /^Begins/,
    ends: /^Ends/,
    reasonEn: "Reason, in English",
    reasonZh: "Reason, in Chinese",
    todoEn: "What to do, in English",
    todoZh: "What to do, in Chinese",
    exercise: /An exercise:/,
    next: "Go on",
    back: "Back",
    closes: /This closes 1 zone with \d+ bays/,
    now: "Issue it",
    practise: "Begin the exercise",
    issued: /Issued as or_/,
    end: "End it",
    yes: "Yes, end it",
    ended: /is over/,
    state: "in force",
    confirm: "Confirm it",
    second: /^Another key/,
    own: /^With the key of .*/,
    confirmed: "confirmed by a second key",
    fold: "Fold",
    read: "Read",
    banner: "Orders of the authority",
    byOrder: /Closed by order/,
  },
  zh: {
    demo: "使用演示密钥",
    issue: "发布指令",
    zones: "停车场",
    kind: /^类型/,
    begins: /^开始时间/,
    ends: /^结束时间/,
    reasonEn: "原因（英文）",
    reasonZh: "原因（中文）",
    todoEn: "应对措施（英文）",
    todoZh: "应对措施（中文）",
    exercise: /演练：/,
    next: "下一步",
    back: "返回",
    closes: /封闭 1 个停车场（共 \d+ 个泊位）/,
    now: "发布",
    practise: "开始演练",
    issued: /已发布，编号 or_/,
    end: "结束指令",
    yes: "确定结束",
    ended: /已结束。/,
    state: "生效中",
    confirm: "确认",
    second: /^另一个/,
    own: /^用 .*的密钥$/,
    confirmed: "已由第二密钥确认",
    fold: "收起",
    read: "查看",
    banner: "管理部门指令",
    byOrder: /按指令暂停开放/,
  },
};

/** A reason with markup, which is to be read as it is. */
const MARKUP = "burst main <img src=x onerror=alert(1)> & <b>flood</b>";
const REASONS = { en: MARKUP, zh: "水管爆裂 <b>积水</b>" };

/** @param {Page} page @param {"en" | "zh"} language */
const banner = (page, language) => page.getByRole("region", { name: WORDS[language].banner, exact: true });

/** @param {string} screen @param {"en" | "zh"} language */
async function officer(screen, language) {
  const page = await open({ screen, language, zone: "Asia/Singapore" });
  await page.goto("/authority?view=orders");
  await page.getByRole("button", { name: WORDS[language].demo }).click();
  await page.getByRole("button", { name: WORDS[language].issue }).click();
  return page;
}

/** Types an order, up to where it is to be confirmed. @param {Page} page @param {"en" | "zh"} language @param {any} zone */
async function types(page, language, zone, kind = "closure") {
  const words = WORDS[language];
  const form = page.getByRole("region", { name: words.issue });
  await form.getByRole("combobox", { name: words.zones }).fill(zone.zone);
  await form.getByRole("option").first().waitFor();
  await page.keyboard.press("Enter");
  await form.getByLabel(words.kind).selectOption(kind);
  await form.getByLabel(words.reasonEn).fill(REASONS.en);
  await form.getByLabel(words.reasonZh).fill(REASONS.zh);
  await form.getByLabel(words.todoEn).fill("use another street");
  await form.getByLabel(words.todoZh).fill("请绕行");
  return form;
}

/** The map's buttons are there to be tapped, and nothing lies over them. @param {Page} page @param {string} what */
async function mapIsFree(page, what) {
  const covered = await page.evaluate(
    () =>
      [...document.querySelectorAll(".mapside .tools button")].filter((e) => {
        const { x, y, width, height } = e.getBoundingClientRect();
        const top = document.elementFromPoint(x + width / 2, y + height / 2);
        return !top || !e.contains(top);
      }).length,
  );
  assert.equal(covered, 0, `${what}: ${covered} of the map's buttons cannot be tapped`);
}

/** @param {string} screen @param {"en" | "zh"} language @param {boolean} dark @param {any} zone */
async function closesAStreet(screen, language, dark, zone) {
  const words = WORDS[language];
  const driver = await open({ screen, language, dark, zone: "Asia/Singapore" });
  // How often a reader is told.
  await driver.addInitScript(() => {
    const said = /** @type {string[]} */ (/** @type {any} */ (globalThis).said = []);
    document.addEventListener("DOMContentLoaded", () =>
      new MutationObserver((all) => {
        for (const { target } of all) {
          const live = (target instanceof Element ? target : target.parentElement)?.closest(".hidden[role]");
          const text = live?.textContent?.trim();
          if (live && text) said.push(`${live.getAttribute("role")}: ${text}`);
        }
      }).observe(document.body, { subtree: true, childList: true, characterData: true }),
    );
  });
  await driver.goto(`/?near=${zone.lat},${zone.lon}&open=zone:${zone.zone}`);
  await driver.locator("article .state").waitFor();
  await driver.locator(".mapside canvas").waitFor();
  await driver.waitForTimeout(1_500);
  assert.equal(await banner(driver, language).count(), 0, "a banner before there is an order");

  const page = await officer(screen, language);
  const form = await types(page, language, zone);
  await sound(page, `${screen} ${language} issue`);
  await picture(page, `orders-issue-${screen}-${language}`);
  await page.getByRole("button", { name: words.next }).click();
  await form.getByText(words.closes).waitFor();
  await sound(page, `${screen} ${language} sure`);
  await picture(page, `orders-sure-${screen}-${language}`);
  await page.getByRole("button", { name: words.now, exact: true }).click();
  await page.getByText(words.issued).waitFor();
  const began = Date.now();

  // Live: nobody touches the driver's page.
  const told = banner(driver, language);
  await told.getByText(REASONS[language]).waitFor({ timeout: 5_000 });
  console.log(`  the driver saw it ${Date.now() - began} ms after the officer`);
  await told.getByText(zone.name).first().waitFor();
  assert.equal(await told.locator("img, b b").count(), 0, "markup in a reason became markup");
  await driver.locator("article .closed-by").getByText(REASONS[language]).waitFor();
  await driver.locator("article .state.closed").waitFor();
  await mapIsFree(driver, `${screen} ${language} banner`);
  await sound(driver, `${screen} ${language} banner`);
  await picture(driver, `orders-banner-${screen}-${language}${dark ? "-dark" : ""}`);
  const said = await driver.evaluate(() => /** @type {any} */ (globalThis).said);
  const aloud = said.filter((/** @type {string} */ s) => s.includes(REASONS[language]));
  assert.deepEqual([aloud.length, aloud[0]?.startsWith("status")], [1, true], `heard: ${JSON.stringify(said)}`);
  await told.getByRole("button").click();
  await told.getByText(words.read).waitFor();
  assert.equal(await told.getByText(REASONS[language]).count(), 0, "folded, and all there");
  await sound(driver, `${screen} ${language} folded`);
  await picture(driver, `orders-folded-${screen}-${language}${dark ? "-dark" : ""}`);
  await driver.keyboard.press("Escape");
  // The list says why the zone is not in it.
  await driver.locator("main ul .line").filter({ hasText: words.byOrder }).filter({ hasText: zone.name }).waitFor();
  await sound(driver, `${screen} ${language} list`);
  await picture(driver, `orders-list-${screen}-${language}${dark ? "-dark" : ""}`);

  const card = page.locator("li.panel").filter({ hasText: zone.name }).filter({ hasText: words.state }).first();
  await sound(page, `${screen} ${language} orders`);
  await picture(page, `orders-${screen}-${language}`);
  await card.getByRole("button", { name: words.end }).click();
  await card.getByRole("button", { name: words.yes }).click();
  await page.getByText(words.ended).first().waitFor();
  await told.waitFor({ state: "detached", timeout: 5_000 });
  await driver.locator("main ul .line").filter({ hasText: zone.name }).waitFor({ state: "detached", timeout: 5_000 });
  await Promise.all([driver.context().close(), page.context().close()]);
}

/** A zone is taken on the map, with the keyboard, and left again. @param {any} zone */
async function onTheMap(zone) {
  const page = await open({ screen: "desk", language: "en" });
  // One zone: the middle of the map.
  await page.route("**/v1/zones?*", (route) => route.fulfill({ json: { at: new Date(), zones: [zone], next: null } }));
  await page.goto("/authority?view=orders");
  await page.getByRole("button", { name: WORDS.en.demo }).click();
  await page.getByRole("button", { name: WORDS.en.issue }).click();
  await page.getByRole("button", { name: "Choose on the map" }).click();
  const map = page.locator(".issue").getByRole("application");
  const chip = page.locator(".issue .chosen li").filter({ hasText: zone.name });
  await page.waitForTimeout(500);
  await map.focus();
  await page.keyboard.press("Enter");
  await chip.waitFor();
  await sound(page, "zones on the map");
  await picture(page, "orders-map");
  await map.focus();
  await page.keyboard.press("Enter");
  await chip.waitFor({ state: "detached" });
  await page.getByRole("button", { name: WORDS.en.next }).click();
  await page.locator(".issue .why").getByText("No zone is chosen yet").waitFor();
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.context().close();
}

/** What the hub refuses is said where it was typed; an end is changed; what is lost on the way is one order. @param {any} zone */
async function refused(zone) {
  const page = await officer("desk", "en");
  const form = await types(page, "en", zone);
  await form.getByLabel(WORDS.en.begins).fill("2020-01-01T08:00");
  await form.getByLabel(WORDS.en.ends).fill("2099-01-01T08:00");
  await page.getByRole("button", { name: WORDS.en.next }).click();
  await page.getByRole("button", { name: WORDS.en.now, exact: true }).click();
  await form.locator(".why").getByText(/from/).waitFor();
  assert.equal(
    await page.evaluate(() => document.activeElement?.closest("[data-member]")?.getAttribute("data-member")),
    "from",
  );
  assert.equal(await form.getByLabel(WORDS.en.reasonEn).inputValue(), REASONS.en, "what was typed is gone");
  await picture(page, "orders-refused");
  await form.getByLabel(WORDS.en.begins).fill("");
  await form.getByLabel(WORDS.en.ends).fill("");
  /** @type {string[]} */
  const names = [];
  await page.route("**/v1/orders", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    names.push(route.request().headers()["idempotency-key"] ?? "");
    if (names.length > 1) return route.continue();
    await route.fetch();
    await route.abort();
  });
  await page.getByRole("button", { name: WORDS.en.next }).click();
  await page.getByRole("button", { name: WORDS.en.now, exact: true }).click();
  await page.getByText("No answer came from the hub").waitFor();
  await page.getByRole("button", { name: WORDS.en.now, exact: true }).click();
  await page.getByText(WORDS.en.issued).waitFor();
  assert.deepEqual([names.length, new Set(names).size], [2, 1], "the same order was asked for twice");
  const { orders } = await ask("/v1/orders?active=true", hub.keys.order);
  assert.equal(orders.length, 1, "an answer that was lost made two orders");
  const card = page.locator("li.panel").filter({ hasText: WORDS.en.state }).first();
  await card.getByRole("button", { name: "Change its end" }).click();
  // The clock of Singapore, where the page's reader is: an hour from now.
  const soon = new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 16);
  await card.getByLabel(WORDS.en.ends).fill(soon);
  await card.getByRole("button", { name: "Save" }).click();
  await page.getByText("has another end").waitFor();
  const changed = await ask(`/v1/orders/${orders[0].id}`, hub.keys.order);
  assert.equal(changed.version, 2);
  const off = Date.parse(changed.to) - Date.parse(`${soon}:00+08:00`);
  assert.equal(off, 0, `${changed.to} is not ${soon} in Singapore`);
  await ask(`/v1/orders/${orders[0].id}/end`, hub.keys.order, {});
  await page.context().close();
}

/** An emergency is loud on every page, its second key is another's, and without the hub it is as of then. @param {any} zone */
async function emergency(zone) {
  const page = await officer("portrait", "en");
  await types(page, "en", zone, "emergency");
  await page.getByRole("button", { name: WORDS.en.next }).click();
  await page.getByText("another key has to confirm it").waitFor();
  await page.getByRole("button", { name: WORDS.en.now, exact: true }).click();
  await page.getByText(WORDS.en.issued).waitFor();
  const card = page.locator("li.panel").filter({ hasText: WORDS.en.state }).first();
  await card.getByText("waits for a second key").waitFor();
  await card.getByRole("button", { name: WORDS.en.confirm }).click();
  await card.getByRole("button", { name: WORDS.en.own }).click();
  await card
    .locator(".why")
    .getByText(/another has to confirm/)
    .waitFor();
  await picture(page, "orders-second-key");
  const made = { name: `second-${Date.now()}`, partner: "demo", scopes: ["order"] };
  const { key } = await ask("/v1/admin/keys", hub.keys.admin, made);
  await card.getByLabel(WORDS.en.second).fill(key);
  await card.locator("form").getByRole("button", { name: WORDS.en.confirm }).click();
  await card.getByText(WORDS.en.confirmed).waitFor();

  // Far from where it is, on all pages; a tab that has heard it hears it no more.
  const far = await open({ screen: "portrait", language: "zh" });
  await far.goto("/?near=1.45000,103.82000");
  await banner(far, "zh").getByText(REASONS.zh).waitFor();
  await mapIsFree(far, "an emergency on a phone");
  await picture(far, "orders-emergency-driver");
  for (const path of ["/authority", "/business", "/partner", "/operator"]) {
    await far.goto(path);
    await banner(far, "zh").getByText(REASONS.zh).waitFor();
    await banner(far, "zh").getByText(zone.name).waitFor();
    await far.waitForTimeout(1_500);
    assert.equal(await far.locator(".hidden[role=alert]").first().textContent(), "", `${path} says it again`);
    await sound(far, `${path} with an emergency`);
    await picture(far, `orders-emergency-${path.slice(1)}`);
  }
  // Print is of figures, as it was.
  await far.goto("/authority");
  await banner(far, "zh").waitFor();
  await far.emulateMedia({ media: "print" });
  assert.equal(await banner(far, "zh").isVisible(), false, "the banner is printed");
  await far.emulateMedia({ media: "screen" });
  // The hub goes away.
  await far.goto("/?near=1.45000,103.82000");
  await banner(far, "zh").getByText(REASONS.zh).waitFor();
  await far.route("**/v1/**", (route) => route.abort());
  await far.context().setOffline(true);
  await banner(far, "zh").getByText(/截至/).waitFor({ timeout: 40_000 });
  await picture(far, "orders-away");
  await far.context().setOffline(false);
  await far.unrouteAll({ behavior: "ignoreErrors" });
  await far.context().close();
  const { orders } = await ask("/v1/orders?active=true", hub.keys.order);
  for (const { id } of orders) await ask(`/v1/orders/${id}/end`, hub.keys.order, {});
  await page.context().close();
}

/** An exercise says that it is one, and nothing is closed. @param {any} zone */
async function exercise(zone) {
  const driver = await open({ screen: "desk", language: "en" });
  await driver.goto(`/?near=${zone.lat},${zone.lon}&open=zone:${zone.zone}`);
  await driver.locator("article .state").waitFor();
  const page = await officer("desk", "en");
  const form = await types(page, "en", zone, "emergency");
  await form.getByLabel(WORDS.en.exercise).check();
  await page.getByRole("button", { name: WORDS.en.next }).click();
  await page.getByText("Nothing is closed; of 1 zone").waitFor();
  await page.getByRole("button", { name: WORDS.en.practise }).click();
  await page.getByText("an exercise, nothing is closed").waitFor();
  await banner(driver, "en").getByText("EXERCISE").first().waitFor({ timeout: 5_000 });
  await banner(driver, "en").getByText("nothing is closed").waitFor();
  assert.equal(await driver.locator("article .closed-by").count(), 0, "an exercise closes a zone");
  await sound(driver, "an exercise");
  await picture(driver, "orders-exercise");
  // Where no stream comes through it is asked for, with what concerns the place.
  await driver.route("**/v1/stream*", (route) => route.abort());
  await driver.reload();
  await banner(driver, "en").getByText("EXERCISE").first().waitFor({ timeout: 20_000 });
  const { orders } = await ask("/v1/orders?active=true", hub.keys.order);
  for (const { id } of orders) await ask(`/v1/orders/${id}/end`, hub.keys.order, {});
  await banner(driver, "en").waitFor({ state: "detached", timeout: 20_000 });
  await driver.unrouteAll({ behavior: "ignoreErrors" });
  await Promise.all([driver.context().close(), page.context().close()]);
}

/** Some bays of a zone, in a language that the reader has not; the table and the sheet say so. @param {any} zone */
async function someBays(zone) {
  const bays = [1, 2].map((n) => `${zone.zone}-00${n}`);
  const body = { kind: "works", target: { bays }, reason: { ms: "kerja jalan" }, affects: "all", severity: "info" };
  const made = await ask("/v1/orders", hub.keys.order, body);
  const page = await open({ screen: "portrait", language: "en" });
  await page.goto(`/?near=${zone.lat},${zone.lon}`);
  await banner(page, "en").getByText("Who stands there is to leave").waitFor();
  assert.equal(await banner(page, "en").getByText("kerja jalan").getAttribute("lang"), "ms");
  await page.getByText("Zones on the map").click();
  const row = page.locator("tr").filter({ hasText: zone.name });
  await row.getByText("Some bays are closed by order: kerja jalan").waitFor();
  await sound(page, "some bays");
  await picture(page, "orders-some-bays");
  await row.getByRole("button").click();
  await page.locator("article .closed-by").getByText("Some bays are closed by order").waitFor();
  await ask(`/v1/orders/${made.id}/end`, hub.keys.order, {});
  await page.locator("article .closed-by").waitFor({ state: "detached" });
  await page.context().close();
}

const { zones } = await ask("/v1/zones?limit=1000", hub.keys.order);
const streets = zones.filter((/** @type {any} */ z) => z.kind !== "private" && !z.part_of && z.capacity > 4);
let n = 0;
for (const screen of Object.keys(SCREENS)) {
  for (const language of /** @type {const} */ (["en", "zh"])) {
    const zone = streets[n++];
    await story(`a street is closed: ${screen} ${language}`, () => closesAStreet(screen, language, n % 2 === 0, zone));
  }
}
await story("some bays of a zone", () => someBays(streets[n]));
await story("a zone on the map", () => onTheMap(streets[n]));
await story("what the hub refuses", () => refused(streets[n]));
await story("an emergency", () => emergency(streets[n]));
await story("an exercise", () => exercise(streets[n]));
await done();
