// An authority looks at a settled week: on a desk, a phone and a phone on its side, in English and Chinese; what the page
// says where nothing is settled, where the hub is away, and where names are not as they should be.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { done, hub, open, picture, SCREENS, sound, story } from "./lib.js";

/** @typedef {import("./lib.js").Page} Page */

const WORDS = {
  en: {
    demo: "Use the demo’s key",
    turnover: /^Turnover/,
    ranking: "Zones compared",
    sources: "Sources",
    csv: "Save as CSV",
    parquet: "Save as Parquet",
    show: "Figure drawn",
    compare: "Compare with",
    zones: "Zones",
    all: "All zones",
    alone: "This zone alone",
    table: "As a table",
    settled: /Settled up to/,
  },
  zh: {
    demo: "使用演示密钥",
    turnover: /^周转率/,
    ranking: "停车场排名",
    sources: "数据来源",
    csv: "导出 CSV",
    parquet: "导出 Parquet",
    show: "图示指标",
    compare: "对比",
    zones: "停车场",
    all: "选择全部",
    alone: "只看此停车场",
    table: "查看表格",
    settled: /已结算至/,
  },
};

/** @param {Page} page @param {"en" | "zh"} language */
async function withKey(page, language) {
  await page.getByRole("button", { name: WORDS[language].demo }).click();
  // Without it there were figures too, and fewer.
  await page.locator(".sources button").first().waitFor();
  await page.locator(".value").first().waitFor();
}

/** What is folded on a phone. @param {Page} page */
async function unfold(page) {
  if (
    !(await page
      .locator("details.controls")
      .getAttribute("open")
      .then((o) => o !== null))
  ) {
    await page.locator("details.controls > summary").click();
  }
}

/** @param {string} screen @param {"en" | "zh"} language @param {boolean} dark */
async function looks(screen, language, dark) {
  const words = WORDS[language];
  const page = await open({ screen, language, dark });
  await page.goto("/authority?span=1d");
  await page.getByText(words.settled).first().waitFor();
  await sound(page, `authority ${screen} ${language} without a key`);
  await withKey(page, language);
  const ranking = page.getByRole("region", { name: words.ranking }).first();
  await ranking.locator("tbody tr").first().waitFor();
  await page.locator(".sources button").first().waitFor();
  await page.waitForTimeout(700);
  const name = `authority-${screen}-${language}${dark ? "-dark" : ""}`;
  await sound(page, name);
  await picture(page, name);
  await page.locator(".sources button").first().click();
  await page.locator(".sources li").first().waitFor();
  await sound(page, `${name} with all sources`);
  if (!dark) {
    for (const [part, at] of /** @type {const} */ ([
      ["map", ".hours"],
      ["ranking", ".ranking"],
      ["sources", ".sources"],
    ])) {
      await page.locator(at).first().scrollIntoViewIfNeeded();
      await page
        .locator(at)
        .first()
        .evaluate((e) => e.scrollIntoView({ block: "start" }));
      await page.waitForTimeout(200);
      await picture(page, `${name}-${part}`);
    }
  }

  // By turnover, then the other way; both ways what is not known comes last.
  const column = ranking.getByRole("columnheader", { name: words.turnover }).first();
  assert.equal(await column.getAttribute("aria-sort"), "descending");
  const first = await ranking.locator("tbody th").first().textContent();
  await column.getByRole("button").click();
  assert.equal(await column.getAttribute("aria-sort"), "ascending");
  assert.notEqual(await ranking.locator("tbody th").first().textContent(), first);

  await unfold(page);
  // A zone is chosen by its name with the keyboard, and is in the address.
  const box = page.getByRole("combobox", { name: words.zones }).first();
  const zone = (await ranking.locator("tbody th button").first().textContent()) ?? "";
  await box.fill(zone.trim());
  await page.getByRole("option").first().waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/zones=/);
  await page.waitForFunction(() => document.querySelectorAll(".ranking tbody tr").length === 1);
  await page.getByRole("combobox", { name: words.show, exact: true }).selectOption("turnover");
  await page.getByRole("combobox", { name: words.compare, exact: true }).selectOption("day");
  await page.waitForURL(/show=turnover.*compare=day/);
  await page.getByText(words.table).first().click();
  await page.locator("figure tbody tr").first().waitFor();
  await sound(page, `${name} one zone`);

  // The file is the hub's own.
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    ranking.getByRole("button", { name: words.csv }).click(),
  ]);
  assert.match(file.suggestedFilename(), /^bayhub-turnover-.*\.csv$/);
  const [table] = await Promise.all([
    page.waitForEvent("download"),
    ranking.getByRole("button", { name: words.parquet }).click(),
  ]);
  assert.match(table.suggestedFilename(), /^bayhub-turnover-.*\.parquet$/);
  const bytes = await readFile(await table.path());
  assert.deepEqual([bytes.subarray(0, 4), bytes.subarray(-4)].map(String), ["PAR1", "PAR1"]);
  await page.getByRole("button", { name: words.all }).first().click();
  await page.waitForFunction(() => document.querySelectorAll(".ranking tbody tr").length > 1);
  await page.emulateMedia({ media: "print" });
  await picture(page, `${name}-print`);
  await page.context().close();
}

/** The map moves on with the slider, and the wheel over it moves the page. */
async function slides() {
  const page = await open({ screen: "desk", language: "en" });
  await page.goto("/authority?span=1d");
  await withKey(page, "en");
  const slider = page.getByRole("slider");
  const before = await slider.getAttribute("aria-valuetext");
  await slider.focus();
  await page.keyboard.press("ArrowLeft");
  assert.notEqual(await slider.getAttribute("aria-valuetext"), before);
  await page.locator(".hours .map").first().hover();
  const top = await page.evaluate(() => scrollY || document.body.scrollTop || document.documentElement.scrollTop);
  await page.mouse.wheel(0, 300);
  await page.waitForTimeout(400);
  const after = await page.evaluate(() => scrollY || document.body.scrollTop || document.documentElement.scrollTop);
  assert.notEqual(after, top, "the map holds the page");
  await page.context().close();
}

/** Long names, names with markup, gaps, zones that are only counted, and a hub that has settled nothing. */
async function badData() {
  const page = await open({ screen: "portrait", language: "en" });
  await page.route("**/v1/zones?*", async (route) => {
    const answer = await route.fetch();
    const told = await answer.json();
    told.zones.forEach((/** @type {any} */ z, /** @type {number} */ n) => {
      z.name = n % 2 ? `<img src=x onerror=alert(1)>${z.zone}` : "W".repeat(300);
    });
    await route.fulfill({ response: answer, json: told });
  });
  await page.route("**/v1/turnover?*", async (route) => {
    const answer = await route.fetch();
    const told = await answer.json();
    told.gaps = [{ hour: "2026-11-29T03:00:00.000Z", reason: "damaged", detail: null }];
    told.rows = told.rows
      // Every third hour is missing, and one zone is only counted.
      .filter((/** @type {any} */ r) => new Date(r.from).getUTCHours() % 3 !== 0)
      .map((/** @type {any} */ r) =>
        r.zone === told.rows[0].zone
          ? { ...r, basis: "count", visits: null, mean_stay_s: null, visits_ended: null, turnover_per_bay_hour: null }
          : r,
      );
    await route.fulfill({ response: answer, json: told });
  });
  await page.goto("/authority?span=1d&zones=<b>&show=none&compare=never&from=x");
  await withKey(page, "en");
  await page.getByText("only counted").waitFor();
  await page.getByText("its file is damaged").waitFor();
  await page.locator(".hole").first().waitFor();
  await page.waitForTimeout(500);
  await sound(page, "authority bad data");
  await picture(page, "authority-bad-data");
  assert.equal(await page.locator("main img").count(), 0, "markup in a name became markup");
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.route("**/v1/turnover?*", (route) =>
    route.fulfill({ json: { interval: "1h", settled_to: null, next: null, gaps: [], rows: [] } }),
  );
  await page.reload();
  await page.getByText("Nothing is settled yet.").waitFor();
  await sound(page, "authority nothing settled");
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.context().close();
}

/** What was seen stays, with its age, when the hub goes; and a key that is gone is forgotten. */
async function outage() {
  const page = await open({ screen: "desk", language: "en" });
  await page.goto("/authority?span=1d");
  await withKey(page, "en");
  await page.context().setOffline(true);
  await page.getByRole("combobox", { name: WORDS.en.compare, exact: true }).selectOption("day");
  await page
    .getByText(/The hub cannot be reached/)
    .first()
    .waitFor();
  await page.locator(".value").first().waitFor();
  await page.context().setOffline(false);
  await page.getByRole("button", { name: "Try again" }).first().click();
  await page
    .getByText(/The hub cannot be reached/)
    .first()
    .waitFor({ state: "detached" });
  await page.evaluate(() => {
    const held = JSON.stringify({ key: "bh_live_gone", name: "gone", partner: "gone" });
    sessionStorage.setItem("bayhub.key.monitor", held);
  });
  await page.reload();
  await page.getByRole("button", { name: WORDS.en.demo }).waitFor();
  await page.context().close();
}

assert.ok(hub.keys.monitor);
for (const screen of Object.keys(SCREENS)) {
  for (const language of /** @type {const} */ (["en", "zh"])) {
    await story(`an authority looks: ${screen} ${language}`, () => looks(screen, language, false));
  }
}
await story("an authority looks in the dark", () => looks("desk", "en", true));
await story("the slider", slides);
await story("bad data", badData);
await story("the hub goes away", outage);
await done();
