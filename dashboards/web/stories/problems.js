// A driver reports that a bay is blocked, whoever is responsible deals with it, and the driver says how well: on a desk and
// a phone, in English and Chinese; what the hub refuses, and a hub that does not answer.
import assert from "node:assert/strict";
import { ask, done, hub, open, picture, SCREENS, sound, story } from "./lib.js";

/** @typedef {import("./lib.js").Page} Page */

const WORDS = {
  en: {
    demo: "Use the demo’s key",
    wrong: "Something wrong here?",
    bay: /^Bay, if you know it/,
    what: "What is wrong?",
    words: /^What would help/,
    mail: /^Your e-mail/,
    send: "Report it",
    sent: /^(Reported as number|Somebody reported it before)/,
    mine: "Your reports",
    state: "State",
    notice: /^Notice/,
    save: "Save",
    saved: /: saved\.$/,
    underWay: "in progress",
    over: "Over",
    resolved: "resolved",
    rated: "You gave it 4 of 5",
    served: "How problems are dealt with",
  },
  zh: {
    demo: "使用演示密钥",
    wrong: "这里有问题？",
    bay: /^泊位编号/,
    what: "是什么问题？",
    words: /^补充说明/,
    mail: /^电子邮箱/,
    send: "提交",
    sent: /^(已上报|已有人上报)/,
    mine: "我的上报",
    state: "状态",
    notice: /^处理说明/,
    save: "保存",
    saved: /：已保存。$/,
    underWay: "处理中",
    over: "已办结",
    resolved: "已解决",
    rated: "您的评分为 4 分",
    served: "问题处置情况",
  },
};
/** What somebody writes stays what it is. */
const SAID = "a van & a trailer stand across it, since \u202E08:00";

/** @param {Page} page @param {"en" | "zh"} language @param {string} path */
async function enters(page, language, path) {
  await page.goto(path);
  await page.getByRole("button", { name: WORDS[language].demo }).click();
}

/** @param {string} screen @param {"en" | "zh"} language @param {boolean} dark @param {any} zone */
async function reports(screen, language, dark, zone) {
  const words = WORDS[language];
  const page = await open({ screen, language, dark, zone: "Asia/Singapore" });
  await page.goto(`/?near=${zone.lat},${zone.lon}&open=zone:${zone.zone}`);
  await page.locator("article .state").waitFor();
  await page.getByRole("button", { name: words.wrong }).click();
  const form = page.locator("article form");
  const bay = `${zone.zone}-001`;
  await form.getByLabel(words.bay).fill(bay);
  await form.getByLabel(words.words).fill(SAID);
  await form.getByLabel(words.mail).fill("anne@example.org");
  await sound(page, `${screen} ${language} a report`);
  await form.getByRole("button", { name: words.send }).scrollIntoViewIfNeeded();
  await picture(page, `problems-report-${screen}-${language}`);
  await form.getByRole("button", { name: words.send }).click();
  const sent = page.locator("article .sent");
  await sent.getByText(words.sent).waitFor();
  const id = /\d+/.exec((await sent.locator("span").textContent()) ?? "")?.[0] ?? "";
  await picture(page, `problems-sent-${screen}-${language}`);
  await sent.getByRole("button", { name: words.mine }).click();
  await page.waitForURL(/reports=1/);
  const own = page.locator("main li").filter({ hasText: bay });
  await own.waitFor();

  // Who is responsible, at another desk.
  const desk = await open({ screen, language, dark, zone: "Asia/Singapore" });
  await enters(desk, language, "/operator?view=problems");
  const card = desk.locator("main li.panel").filter({ hasText: bay });
  await card.locator("summary").click();
  await card.getByText("anne@example.org").waitFor();
  await card.getByText("a van & a trailer stand across it, since 08:00").first().waitFor();
  await card.getByLabel(words.state).selectOption("in_progress");
  await card.getByLabel(words.notice).fill("A tow truck is on its way");
  await sound(desk, `${screen} ${language} a problem`);
  await picture(desk, `problems-list-${screen}-${language}`);
  await card.getByRole("button", { name: words.save }).click();
  await desk.getByText(words.saved).waitFor();
  await card.locator(".mark").getByText(words.underWay).waitFor();
  await page.reload();
  await own.getByText("A tow truck is on its way").waitFor();
  assert.equal(await own.getByRole("group").count(), 0, "what is not over cannot be rated");
  await card.getByLabel(words.state).selectOption("resolved");
  await card.getByRole("button", { name: words.save }).click();
  await card.waitFor({ state: "detached" });
  await desk.getByRole("button", { name: words.over, exact: true }).click();
  await card.locator(".mark").getByText(words.resolved).waitFor();

  await page.reload();
  await own.getByRole("group").waitFor();
  await sound(page, `${screen} ${language} own reports`);
  await picture(page, `problems-own-${screen}-${language}`);
  await own.getByRole("button", { name: "4", exact: true }).click();
  await own.getByText(words.rated).waitFor();
  const { reports: all } = await ask(`/v1/problems/${id}`, hub.keys.admin);
  assert.equal(all[0].rating, 4);
  await page.reload();
  await own.getByText(words.rated).waitFor();
  await page.context().close();

  await desk.goto("/authority?view=problems");
  await desk.getByRole("heading", { name: words.served }).waitFor();
  await desk.locator("table tbody tr").first().waitFor();
  await sound(desk, `${screen} ${language} how problems are dealt with`);
  await picture(desk, `problems-served-${screen}-${language}`);
  await desk.context().close();
}

/** A bay that is not there is said where it was typed, and an answer that is lost makes one problem. @param {any} zone */
async function refused(zone) {
  const page = await open({ screen: "portrait", language: "en" });
  await page.goto(`/?near=${zone.lat},${zone.lon}&open=zone:${zone.zone}`);
  await page.getByRole("button", { name: WORDS.en.wrong }).click();
  const form = page.locator("article form");
  await form.getByLabel(WORDS.en.what).selectOption("sensor-wrong");
  await form.getByLabel(WORDS.en.bay).fill("NO-SUCH-BAY");
  await form.getByRole("button", { name: WORDS.en.send }).click();
  await form
    .locator(".why")
    .getByText(/NO-SUCH-BAY/)
    .waitFor();
  await picture(page, "problems-refused");
  await form.getByLabel(WORDS.en.bay).fill(`${zone.zone}-002`);
  let lost = 0;
  await page.route("**/v1/open311/requests.json", async (route) => {
    if (lost++ > 0) return route.continue();
    await route.fetch();
    await route.abort();
  });
  await form.getByRole("button", { name: WORDS.en.send }).click();
  await form.locator(".why").getByText("No answer came").waitFor();
  await form.getByRole("button", { name: WORDS.en.send }).click();
  await page.locator("article .sent").getByText("Somebody reported it before").waitFor();
  const { problems } = await ask("/v1/problems?code=sensor-wrong", hub.keys.admin);
  assert.equal(problems.filter((/** @type {any} */ p) => p.bay === `${zone.zone}-002`).length, 1);
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.context().close();
}

const { zones } = await ask("/v1/zones?limit=1000", hub.keys.admin);
const streets = zones.filter((/** @type {any} */ z) => z.kind !== "private" && !z.part_of && z.capacity > 4);
let n = 0;
for (const screen of Object.keys(SCREENS)) {
  for (const language of /** @type {const} */ (["en", "zh"])) {
    const zone = streets[n++];
    await story(`a blocked bay: ${screen} ${language}`, () => reports(screen, language, n % 2 === 0, zone));
  }
}
await story("what the hub refuses", () => refused(streets[n]));
await done();
