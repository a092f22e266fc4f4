// Every page on every screen, light and dark, in English and Chinese, as pictures to be looked at:
// `node stories/screens.js PEERS READY FOLDER [PAGE ..]`, PEERS and READY as in lib.js. It tells as well what eyes
// miss: text that is cut off, what is wider than the screen, too small for a finger, or holds a finger that scrolls.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { done, hub, open, SCREENS } from "./lib.js";

const [, , , , folder = "screens", ...wanted] = process.argv;
const PAGES = ["driver", "authority", "business", "partner", "operator"];
const KEYS = { en: "Use the demo’s key", zh: "使用演示密钥" };
/** How long a page has for what it asks for. */
const CALM_MS = Number(process.env.CALM_MS ?? 2_500);
mkdirSync(folder, { recursive: true });

/** What is wrong with a page as it is laid out. @param {import("./lib.js").Page} page @returns {Promise<string[]>} */
function faults(page) {
  return page.evaluate(() => {
    const found = [];
    const name = (/** @type {Element} */ e) =>
      `${e.tagName.toLowerCase()}.${e.getAttribute("class") ?? ""} “${e.textContent?.trim().slice(0, 30) ?? ""}”`;
    const wide = document.documentElement.scrollWidth - innerWidth;
    if (wide > 0) found.push(`${wide} px wider than the screen`);
    for (const e of document.querySelectorAll("body *")) {
      if (!(e instanceof HTMLElement) || e.offsetParent === null) continue;
      const box = e.getBoundingClientRect();
      const style = getComputedStyle(e);
      // For readers alone it is a pixel wide.
      if (box.width <= 2 || box.height <= 2) continue;
      const clips = style.overflowX === "hidden" && e.scrollWidth > e.clientWidth + 1;
      const clamped = style.webkitLineClamp !== "none" && e.scrollHeight > e.clientHeight + 1;
      if (clips || clamped) found.push(`cut off: ${name(e)}`);
      const taps = e.matches("button, select, input, summary, textarea, a.button");
      if (taps && (box.width < 43.5 || box.height < 43.5)) {
        found.push(`too small: ${name(e)} ${Math.round(box.width)}x${Math.round(box.height)}`);
      }
      // As wide as the screen and nearly as high: there is no way past it.
      const holds = style.touchAction === "none" || style.touchAction === "pan-x";
      const scrolls = document.documentElement.scrollHeight > innerHeight + 1;
      if (holds && scrolls && box.width > innerWidth * 0.9 && box.height > innerHeight * 0.8) {
        found.push(`a trap: ${name(e)}`);
      }
    }
    return [...new Set(found)];
  });
}

let bad = 0;
for (const name of wanted.length > 0 ? wanted : PAGES) {
  for (const screen of Object.keys(SCREENS)) {
    for (const language of /** @type {const} */ (["en", "zh"])) {
      for (const dark of [false, true]) {
        const page = await open({ screen, language, dark });
        await page.goto(name === "driver" ? "/" : `/${name}`);
        const key = page.getByRole("button", { name: KEYS[language] });
        if (name !== "driver") await key.click();
        await page.waitForTimeout(CALM_MS);
        const picture = `${name}-${screen}-${language}-${dark ? "dark" : "light"}`;
        await page.screenshot({ path: join(folder, `${picture}.png`), fullPage: true });
        for (const fault of await faults(page)) {
          bad++;
          console.log(`${picture}: ${fault}`);
        }
        await page.context().close();
      }
    }
  }
}
console.log(`${folder}: pictures of ${hub.http}; ${bad} things to look at`);
await done();
