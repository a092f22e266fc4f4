// The pictures of the front page, of a hub that runs: `node stories/picture.js PEERS READY ..` writes screenshot.png (a
// desk) and phone.png beside `stories`, if the folder is that.
import { done, open, picture } from "./lib.js";

const PLACE = process.env.NEAR ? `?near=${process.env.NEAR}` : "";

for (const [screen, name] of /** @type {const} */ ([
  ["desk", "screenshot"],
  ["portrait", "phone"],
])) {
  const page = await open({ screen, language: "en" });
  await page.goto(`/${PLACE}`);
  await page.locator("main ol li .line").first().waitFor();
  await page.waitForTimeout(4_000);
  await picture(page, name);
  await page.context().close();
}
await done();
