// Which language is spoken first, and the words of a page in it: each page's in a file of their own, so that only what
// is said there is loaded, and while the page itself is still on its way.
import type { Counted } from "./told";

export type Language = "en" | "zh";
export const LOCALES: Record<Language, string> = { en: "en-GB", zh: "zh-CN" };
const KEPT = "bayhub.language";

const FILES = import.meta.glob<Record<string, Record<string, string | Counted>>>("./{en,zh}/*.ts");

/** What can be said by now. */
export const said: Record<Language, Record<string, string | Counted>> = { en: {}, zh: {} };

let parts: readonly string[] = [];
const coming: Partial<Record<Language, Promise<void>>> = {};

/** Which files of words this page speaks by. */
export function speak(of: readonly string[]): void {
  parts = ["common", ...of];
}

/** Ends when a language can be spoken; fails where its words cannot be had. */
export function learn(language: Language): Promise<void> {
  return (coming[language] ??= all(language).catch((e: unknown) => {
    delete coming[language];
    throw e;
  }));
}

async function all(language: Language): Promise<void> {
  const files = await Promise.all(parts.map((part) => FILES[`./${language}/${part}.ts`]?.()));
  files.forEach((file) => Object.assign(said[language], ...Object.values(file ?? {})));
}

/** By `lang=` of the address, what was kept, or the browser's wish. */
export function firstLanguage(given: string | null): Language {
  let kept: string | null = null;
  try {
    // The first look into what is kept is slow: not where nothing depends on it.
    if (given === null) kept = localStorage.getItem(KEPT);
  } catch {
    // As if nothing was kept.
  }
  const wish = given ?? kept ?? navigator.language;
  return wish.toLowerCase().startsWith("zh") ? "zh" : "en";
}

export function keep(language: Language): void {
  try {
    localStorage.setItem(KEPT, language);
  } catch {
    // A browser that keeps nothing asks again.
  }
}
