// A partner sees how its data do, rotates a key and has a webhook's message sent again: on a desk, a phone and a phone
// on its side, in English and Chinese; it tries the sandbox; and what the page does where something is not as it should be.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { ask, done, hub, open, picture, SCREENS, sound, story } from "./lib.js";

/** @typedef {import("./lib.js").Page} Page */

const WORDS = {
  en: {
    demo: "Use the demo’s key",
    taken: /^Your data today: [\d.]+\s?% taken/,
    views: ["Health", "Quality and credit", "Usage", "Keys", "Webhooks"],
    makeKey: "Make a key",
    keyName: /^What it is called/,
    make: "Make it",
    rotate: "Rotate",
    rotateNow: "Make the new key",
    kept: "I have kept it",
    revoke: "Revoke",
    revokeYes: "Revoke it",
    makeHook: "Make a webhook",
    address: "Address",
    test: "Send a test",
    notDelivered: /^Not delivered/,
    deliveries: "Deliveries",
    failed: "failed",
    resend: /^Send again/,
    delivered: "delivered",
    forget: "Delete",
    forgetYes: "Delete it, and what waits for it",
    sandbox: "Sandbox",
    sandboxOn: /simulated city/,
    send: "Send one from here",
    sent: /^Taken: 1\. Refused: 1/,
    signUp: "Become a partner",
  },
  zh: {
    demo: "使用演示密钥",
    taken: /^今日数据：已接收 [\d.]+%/,
    views: ["健康状况", "质量与信用", "用量", "接入密钥", "事件推送"],
    makeKey: "新建密钥",
    keyName: /^名称/,
    make: "创建",
    rotate: "轮换",
    rotateNow: "生成新密钥",
    kept: "已妥善保存",
    revoke: "吊销",
    revokeYes: "确定吊销",
    makeHook: "新建推送",
    address: "地址",
    test: "发送测试",
    notDelivered: /^未送达/,
    deliveries: "推送记录",
    failed: "失败",
    resend: /^重新发送/,
    delivered: "已送达",
    forget: "删除",
    forgetYes: "确定删除（含待推送消息）",
    sandbox: "沙箱",
    sandboxOn: /模拟城市/,
    send: "从本页发送",
    sent: /^接收 1 条，拒收 1 条/,
    signUp: "申请成为接入单位",
  },
};

// The partner's own endpoint: ill at first, then well.
let well = false;
let told = 0;
const endpoint = createServer((request, answer) => {
  request.resume().on("end", () => {
    told += well ? 1 : 0;
    answer.writeHead(well ? 204 : 500).end();
  });
});
await new Promise((resolve) => endpoint.listen(0, "127.0.0.1", () => resolve(null)));
const { port } = /** @type {import("node:net").AddressInfo} */ (endpoint.address());

/** Some of what the hub cannot take, so that there is something to mend. */
async function faults() {
  const bays = ["NOPE-1", "NOPE-2", "NOPE-3"].map((bay) => ({ bay, state: "vacant" }));
  const old = { bay: "NOPE-1", state: "vacant", at: "2020-01-01T00:00:00Z" };
  await ask("/v1/reports", hub.keys.report, { source: "demo-app", bays: [...bays, old] });
}

/** @param {string} key */
const isGood = async (key) =>
  (await fetch(`${hub.http}/v1/partners/me`, { headers: { authorization: `Bearer ${key}` } })).ok;

/** @param {Page} page @param {"en" | "zh"} language */
async function enters(page, language) {
  const words = WORDS[language];
  await page.goto("/partner");
  await page.getByText(words.signUp).first().waitFor();
  await page.getByRole("button", { name: words.demo }).click();
  await page.getByRole("heading", { name: words.taken }).waitFor();
}

/** @param {Page} page @param {string} name */
async function view(page, name) {
  await page.getByRole("link", { name, exact: true }).click();
  await page.locator(".views [aria-current]", { hasText: name }).waitFor();
  await page.locator(".skeleton").first().waitFor({ state: "detached" });
}

/** @param {Page} page */
const secret = (page) => page.locator(".secret code").innerText();

/** @param {string} screen @param {"en" | "zh"} language */
async function rotatesAndResends(screen, language) {
  const words = WORDS[language];
  const [health, quality, usage, keys, webhooks] = words.views;
  assert.ok(health && quality && usage && keys && webhooks);
  const page = await open({ screen, language });
  await enters(page, language);
  await page.getByText("NOPE-1").first().waitFor();
  assert.doesNotMatch((await page.locator(".headline h2").textContent()) ?? "", /\b100\s?%/, "all is said to be taken");
  await sound(page, `partner ${screen} ${language} health`);
  await picture(page, `partner-${screen}-${language}`);
  for (const name of [quality, usage]) {
    await view(page, name);
    await sound(page, `partner ${screen} ${language} ${name}`);
    await picture(page, `partner-${name === usage ? "usage" : "quality"}-${screen}-${language}`);
  }

  // A key, and another one in its place; the old one is good for a day still, until it is revoked.
  await view(page, keys);
  const called = `story-${screen}-${language}-${Date.now() % 1e7}`;
  await page.getByText(words.makeKey).click();
  await page.getByLabel(words.keyName).fill(called);
  await page.getByRole("checkbox").first().check();
  await sound(page, `partner ${screen} ${language} making a key`);
  await page.getByRole("button", { name: words.make, exact: true }).click();
  const old = await secret(page);
  assert.ok(await isGood(old), "a new key is not good");
  await page.getByRole("button", { name: words.kept }).click();
  await page.getByRole("button", { name: new RegExp(`${words.rotate}.*${called}$`) }).click();
  await page.getByRole("button", { name: words.rotateNow }).click();
  const fresh = await secret(page);
  assert.notEqual(fresh, old);
  assert.ok((await isGood(fresh)) && (await isGood(old)), "while both overlap both are good");
  await sound(page, `partner ${screen} ${language} keys`);
  await picture(page, `partner-keys-${screen}-${language}`);
  await page.getByRole("button", { name: words.kept }).click();
  for (const name of [called, `${called}.2`]) {
    await page.getByRole("button", { name: new RegExp(`${words.revoke}.*${name}$`) }).click();
    await page.getByRole("button", { name: words.revokeYes, exact: true }).click();
    await page.getByRole("heading", { name: `demo:${name}`, exact: true }).waitFor({ state: "detached" });
  }
  assert.ok(!(await isGood(old)) && !(await isGood(fresh)), "a revoked key is good");

  // An endpoint that is ill, and its message once more when it is well.
  await view(page, webhooks);
  [well, told] = [false, 0];
  const address = `http://127.0.0.1:${port}/${screen}-${language}`;
  await page.getByText(words.makeHook).click();
  await page.getByLabel(words.address, { exact: true }).fill(address);
  await page.getByRole("checkbox", { name: "key.*" }).check();
  await sound(page, `partner ${screen} ${language} making a webhook`);
  await page.getByRole("button", { name: words.make, exact: true }).click();
  assert.match(await secret(page), /^whsec_/);
  await page.getByRole("button", { name: words.kept }).click();
  const hook = page.getByRole("article", { name: address });
  await hook.getByRole("button", { name: words.test }).click();
  await hook.getByText(words.notDelivered).waitFor();
  await hook.getByRole("button", { name: words.deliveries }).click();
  const message = hook.getByRole("listitem").filter({ hasText: "webhook.test" });
  await message.getByText(words.failed).first().waitFor();
  well = true;
  await message.getByRole("button", { name: words.resend }).click();
  await message.getByText(words.delivered).waitFor();
  assert.equal(told, 1);
  await sound(page, `partner ${screen} ${language} deliveries`);
  await hook.scrollIntoViewIfNeeded();
  await picture(page, `partner-webhooks-${screen}-${language}`);
  await hook.getByRole("button", { name: words.forget, exact: true }).click();
  await hook.getByRole("button", { name: words.forgetYes }).click();
  await hook.waitFor({ state: "detached" });

  // Back, as anywhere on the web.
  await page.goBack();
  await page.locator(".views [aria-current]", { hasText: keys }).waitFor();
  await page.context().close();
}

/** The sandbox colours the page, has a city of its own, and is left again. */
async function sandbox() {
  for (const language of /** @type {const} */ (["en", "zh"])) {
    const words = WORDS[language];
    const page = await open({ screen: language === "en" ? "desk" : "portrait", language });
    await enters(page, language);
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const before = await paper();
    const lever = page.getByRole("switch", { name: words.sandbox });
    await lever.click();
    await page.getByText(words.sandboxOn).waitFor();
    assert.notEqual(await paper(), before, "the page has its old colour");
    assert.equal(await page.getByText("NOPE-1").count(), 0, "the city's refusals are shown as the sandbox's");
    await page.getByRole("button", { name: words.send }).click();
    await page.getByText(words.sent).waitFor();
    await sound(page, `partner sandbox ${language}`);
    await picture(page, `partner-sandbox-${language}`);
    await page.reload();
    await page.getByText(words.sandboxOn).waitFor();
    await lever.click();
    await page.getByText("NOPE-1").first().waitFor();
    assert.equal(await paper(), before);
    await page.context().close();
  }
}

/** Credit with a day that is not known: a gap, never a zero. */
async function credit() {
  const page = await open({ screen: "desk", language: "en" });
  const days = [1, 2, 3, 4, 5, 9, 10, 11, 12, 13].map((ago) => ({
    day: new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10),
    partner: "demo",
    ...{ reports: 5120, counted: 1310, settled: 402, right: 381, value: 61.2, judges: [] },
    ...{ credit: 231.4 - ago * 14, factor: 3.3 },
  }));
  const sample = { at: new Date().toISOString(), bay: "TPY12-004", p0: 0.294118, p1: 0.94902, judge: null };
  await page.route("**/v1/partners/me/credit", (route) =>
    route.fulfill({
      json: {
        at: new Date().toISOString(),
        ...{ partner: "demo", credit: 217.4, factor: 3.174, doubted: false, days },
        samples: [
          { ...sample, y: 1, v: 0.495671 },
          { ...sample, bay: "TPY12-005", y: null, v: null },
        ],
      },
    }),
  );
  await enters(page, "en");
  await view(page, "Quality and credit");
  assert.equal(await page.locator("polyline").count(), 2, "a line runs through days that are not known");
  await sound(page, "partner credit");
  await picture(page, "partner-credit");
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.context().close();
}

/** Markup and 300 characters in what came, a key that is none, one that was revoked, and a hub that goes away. */
async function badInput() {
  const page = await open({ screen: "portrait", language: "en" });
  await page.route("**/v1/partners/me/quarantine*", async (route) => {
    const answer = await route.fetch();
    const json = await answer.json();
    json.refused?.forEach((/** @type {any} */ r, /** @type {number} */ n) => {
      r.source = n % 2 ? "<img src=x onerror=alert(1)>" : "W".repeat(300);
      r.payload = `${"x".repeat(2000)}<b>y</b>`;
      r.reason = n === 0 ? "a_reason_of_tomorrow" : r.reason;
    });
    await route.fulfill({ response: answer, json });
  });
  await page.goto("/partner?view=%3Cscript%3E&token=bh_link_%3Cb%3E");
  await page.getByLabel("Key", { exact: true }).waitFor();
  assert.equal(new URL(page.url()).searchParams.get("token"), null, "a token stays in the address");
  await page.getByLabel("Key", { exact: true }).fill("bh_live_nonsense");
  await page.getByRole("button", { name: "Use this key" }).click();
  await page.getByText("This key is not good").waitFor();
  await sound(page, "partner without a key");
  await picture(page, "partner-signup");
  await enters(page, "en");
  await page.getByText("a_reason_of_tomorrow").waitFor();
  await sound(page, "partner bad input");
  assert.equal(await page.locator("main img, main article b:text-is('y')").count(), 0, "markup became markup");
  await page.unrouteAll({ behavior: "ignoreErrors" });

  await page.context().setOffline(true);
  await page.getByRole("link", { name: "Webhooks", exact: true }).click();
  await page
    .getByText(/The hub cannot be reached/)
    .first()
    .waitFor();
  await picture(page, "partner-offline");
  await page.context().setOffline(false);
  await page.evaluate(() => {
    const held = JSON.stringify({ key: "bh_live_gone", name: "gone", partner: "gone", scopes: ["partner"] });
    sessionStorage.setItem("bayhub.key.partner", held);
  });
  await page.goto("/partner");
  await page.getByText("This key is not good").waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.getItem("bayhub.key.partner")), null);
  await page.context().close();
}

/** A key without the scope: what it may see is there, and what it may not is said. */
async function lesser() {
  const page = await open({ screen: "portrait", language: "en" });
  await page.goto("/partner?view=keys");
  await page.getByLabel("Key", { exact: true }).fill(hub.keys.book);
  await page.getByRole("button", { name: "Use this key" }).click();
  await page.getByText(/Keys are managed with/).waitFor();
  await page.getByRole("link", { name: "Usage", exact: true }).click();
  await page.locator("svg").first().waitFor();
  await sound(page, "partner lesser key");
  await page.context().close();
}

/** Somebody asks to become a partner. */
async function signsUp() {
  const page = await open({ screen: "portrait", language: "zh" });
  await page.goto("/partner");
  await page.getByLabel(/^单位名称/).fill(`story-${Date.now() % 1e9}`);
  await page.getByLabel(/^联系邮箱/).fill(`dev-${Date.now() % 1e9}@newco.example`);
  await page.getByRole("button", { name: "提交申请" }).click();
  await page.getByText(/^已以“story-/).waitFor();
  await sound(page, "partner asked");
  await page.context().close();
}

/** Every look of the page, for people to look at. */
async function looks() {
  for (const screen of Object.keys(SCREENS)) {
    const page = await open({ screen, language: screen === "desk" ? "en" : "zh", dark: true });
    await enters(page, screen === "desk" ? "en" : "zh");
    await sound(page, `partner ${screen} dark`);
    await picture(page, `partner-${screen}-dark`);
    await page.context().close();
  }
}

await faults();
for (const screen of Object.keys(SCREENS)) {
  for (const language of /** @type {const} */ (["en", "zh"])) {
    await story(`a partner rotates a key and resends: ${screen} ${language}`, () =>
      rotatesAndResends(screen, language),
    );
  }
}
await story("the sandbox", sandbox);
await story("credit with a gap", credit);
await story("bad input", badInput);
await story("a lesser key", lesser);
await story("somebody signs up", signsUp);
await story("dark looks", looks);
endpoint.close();
await done();
