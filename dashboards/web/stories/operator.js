// The operator finds a refused report and lets somebody in: on a desk, a phone and a phone on its side, in English and
// Chinese; and what the page says of a hub that is not ready, is away, or has its operators at another listener.
import assert from "node:assert/strict";
import { ask, done, hub, open, picture, SCREENS, sound, story } from "./lib.js";

/** @typedef {import("./lib.js").Page} Page */

const WORDS = {
  en: {
    demo: "Use the demo’s key",
    key: "Key",
    use: "Use this key",
    ready: /^Ready/,
    views: ["Now", "Refused data", "Partners", "To be mended", "Limits", "What was done"],
    reason: "Reason",
    source: "Source",
    pause: "Pause",
    goOn: "Go on",
    admit: "Admit",
    token: "The one-time token",
  },
  zh: {
    demo: "使用演示密钥",
    key: "密钥",
    use: "使用此密钥",
    ready: /^(运行正常|可用)/,
    views: ["实时状况", "异常数据", "接入单位", "待处理", "限额", "操作记录"],
    reason: "原因",
    source: "来源",
    pause: "暂停刷新",
    goOn: "继续刷新",
    admit: "通过",
    token: "一次性验证码",
  },
};
const LOST = `LOST-${Date.now() % 1e7}`;
const NEWCO = `story-${Date.now() % 1e9}`;

/** A report that is refused, among others; and somebody who wants to be a partner. */
async function before() {
  const items = Array.from({ length: 60 }, (_, n) => ({ bay: `NOPE-${n}`, state: "vacant" }));
  await ask("/v1/reports", hub.keys.report, { source: "demo-app", bays: [{ bay: LOST, state: "occupied" }] });
  await ask("/v1/reports", hub.keys.report, { source: "demo-app", bays: items });
  const body = { name: NEWCO, contact: `${NEWCO}@newco.example`, wants: "drivers report what they see" };
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${hub.http}/v1/partners`, { method: "POST", headers, body: JSON.stringify(body) });
  assert.equal(answer.status, 202, await answer.text());
}

/** A demo offers its keys; who runs a hub types one.
 * @param {Page} page @param {"en" | "zh"} language @param {string} [address] */
async function enters(page, language, address = "/operator") {
  const words = WORDS[language];
  await page.goto(address);
  if (language === "zh") await page.getByRole("button", { name: words.demo }).click();
  else {
    await page.getByLabel(words.key, { exact: true }).fill(hub.keys.admin);
    await page.getByRole("button", { name: words.use }).click();
  }
  await page.getByRole("heading", { name: words.ready }).waitFor();
}

/** @param {Page} page @param {string} name */
async function view(page, name) {
  await page.locator(".views a", { hasText: name }).click();
  await page.locator(".views [aria-current]", { hasText: name }).waitFor();
  await page.locator(".skeleton").first().waitFor({ state: "detached" });
}

/** @param {string} screen @param {"en" | "zh"} language */
async function findsRefused(screen, language) {
  const words = WORDS[language];
  const [current, refused, partners, field, limits, acts] = words.views;
  assert.ok(current && refused && partners && field && limits && acts);
  const page = await open({ screen, language });
  await enters(page, language);
  // Rates are of two readings.
  await page.waitForTimeout(6_000);
  await sound(page, `operator ${screen} ${language} now`);
  await picture(page, `operator-${screen}-${language}`);

  await view(page, refused);
  await page.getByLabel(new RegExp(`^${words.reason}`)).selectOption("unknown_bay");
  await page.getByLabel(words.source, { exact: true }).fill("demo-app");
  await page.waitForURL(/reason=unknown_bay&source=demo-app/);
  await page.getByRole("button", { name: words.pause }).click();
  await page.getByRole("button", { name: words.goOn }).waitFor();
  // It is older than a page.
  const found = page.locator("summary", { hasText: LOST });
  await page.locator("main ul + button").click();
  await found.click();
  await page.getByText(`"bay":"${LOST}"`).waitFor();
  await sound(page, `operator ${screen} ${language} refused`);
  await found.scrollIntoViewIfNeeded();
  await picture(page, `operator-refused-${screen}-${language}`);
  // A link that somebody else opens.
  const other = await open({ screen, language });
  await enters(other, language, page.url());
  await other.locator("summary", { hasText: "NOPE-1" }).first().waitFor();
  assert.equal(await other.getByLabel(words.source, { exact: true }).inputValue(), "demo-app");
  await other.context().close();

  for (const [name, file] of [
    [partners, "partners"],
    [acts, "acts"],
    [field, "field"],
    [limits, "limits"],
  ]) {
    await view(page, name ?? "");
    await sound(page, `operator ${screen} ${language} ${file}`);
    await picture(page, `operator-${file}-${screen}-${language}`);
  }
  await page.goBack();
  await page.locator(".views [aria-current]", { hasText: field }).waitFor();
  await page.context().close();
}

/** One call lets in who waits; the token that fetches the key is the operator's to pass on. */
async function admits() {
  const page = await open({ screen: "portrait", language: "en" });
  await enters(page, "en", "/operator?view=partners");
  await page.getByText(NEWCO).first().waitFor();
  await page.getByRole("button", { name: `Admit: ${NEWCO}` }).click();
  await page.getByRole("heading", { name: WORDS.en.token }).waitFor();
  const token = await page.locator(".secret code").innerText();
  await sound(page, "operator admits");
  await picture(page, "operator-admits");
  const answer = await fetch(`${hub.http}/v1/partners/confirm`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token }),
  });
  assert.equal(answer.status, 201, await answer.text());
  await page.context().close();
}

/** Zones that went silent are a list and on the map; choosing one shows where it is. */
async function silent() {
  for (const [screen, language] of /** @type {const} */ ([
    ["desk", "en"],
    ["portrait", "zh"],
  ])) {
    const page = await open({ screen, language });
    await page.route("**/v1/zones?*", async (route) => {
      const answer = await route.fetch();
      const json = await answer.json();
      json.zones.slice(0, 15).forEach((/** @type {any} */ z, /** @type {number} */ n) => {
        Object.assign(z, { stale: true, observed_at: n ? z.observed_at : null });
        z.name = n === 1 ? `<b>${"W".repeat(290)}</b>` : z.name;
      });
      await route.fulfill({ response: answer, json });
    });
    await enters(page, language, "/operator?view=field");
    const lines = page.locator("main section ul li button");
    await lines.first().waitFor();
    assert.equal(await lines.count(), 12);
    await lines.nth(3).click();
    await page.locator("section p[role=status]").waitFor();
    await page.waitForTimeout(500);
    await sound(page, `operator silent ${language}`);
    await picture(page, `operator-silent-${language}`);
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await page.context().close();
  }
}

/** A hub that is not ready says why, and everything else comes behind. */
async function notReady() {
  const page = await open({ screen: "desk", language: "en" });
  await page.route("**/readyz", (route) =>
    route.fulfill({
      status: 503,
      json: {
        ready: false,
        reasons: [{ part: "journal", reason: "<b>no room</b> on the disk" }],
        notes: [{ part: "sandbox", note: "W".repeat(300) }],
      },
    }),
  );
  await page.route("**/metrics", async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replace(/^bayhub_settled_lag_seconds .*$/m, "bayhub_settled_lag_seconds 9000");
    await route.fulfill({ response: answer, body });
  });
  await page.goto("/operator");
  await page.getByRole("button", { name: WORDS.en.demo }).click();
  await page.getByRole("heading", { name: "Not ready" }).waitFor();
  await page.getByText("Settlement is 150 min behind.").waitFor();
  const lines = await page.locator("main ol li").allInnerTexts();
  assert.match(lines[0] ?? "", /journal: <b>no room<\/b>/);
  assert.match(lines[1] ?? "", /Settlement/);
  await sound(page, "operator not ready");
  await picture(page, "operator-not-ready");
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.context().close();
}

/** Operators' calls are at another listener; a key that is none; a hub that goes away. */
async function elsewhere() {
  const page = await open({ screen: "portrait", language: "en" });
  await page.route("**/metrics", (route) => route.fulfill({ status: 404, json: { title: "Not here" } }));
  await page.goto("/operator");
  await page.getByLabel("Key", { exact: true }).fill(hub.keys.book);
  await page.getByRole("button", { name: "Use this key" }).click();
  await page.getByText("This key has not the scope “admin”.").waitFor();
  await sound(page, "operator without a key");
  await page.getByRole("button", { name: WORDS.en.demo }).click();
  await page.getByText(/a listener of their own/).waitFor();
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.context().setOffline(true);
  await page
    .getByText(/The hub cannot be reached/)
    .first()
    .waitFor();
  await sound(page, "operator offline");
  await page.context().close();
}

/** Every look of the page, for people to look at. */
async function looks() {
  for (const screen of Object.keys(SCREENS)) {
    const language = screen === "portrait" ? "zh" : "en";
    const page = await open({ screen, language, dark: true });
    await enters(page, language);
    await sound(page, `operator ${screen} dark`);
    await picture(page, `operator-${screen}-dark`);
    await page.context().close();
  }
}

await before();
for (const screen of Object.keys(SCREENS)) {
  for (const language of /** @type {const} */ (["en", "zh"])) {
    await story(`the operator finds a refused report: ${screen} ${language}`, () => findsRefused(screen, language));
  }
}
await story("somebody is let in", admits);
await story("zones that went silent", silent);
await story("a hub that is not ready", notReady);
await story("operators elsewhere, and a hub that is away", elsewhere);
await story("dark looks", looks);
await done();
