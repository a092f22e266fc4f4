// A city without zones: the page says so and what to do, and nothing on it moves in vain.
import { done, open, picture, SCREENS, sound } from "./lib.js";

const WORDS = { en: "This hub has no zones yet.", zh: "暂无停车场。" };

for (const screen of Object.keys(SCREENS)) {
  for (const [language, words] of Object.entries(WORDS)) {
    const page = await open({ screen, language });
    await page.goto("/");
    await page.getByText(words).waitFor();
    await sound(page, `empty ${screen} ${language}`);
    await picture(page, `empty-${screen}-${language}`);
    await page.goto("/authority");
    await page.getByText(words).waitFor();
    await sound(page, `empty authority ${screen} ${language}`);
    await page.context().close();
  }
}
await done();
