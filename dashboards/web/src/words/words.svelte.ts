// The words of the pages, in the language of the reader: by the address, else as chosen before, else the browser's.
import { en } from "./en";
import type { Told } from "./told";
import { zh } from "./zh";

export type Language = "en" | "zh";

/** All words of a language: the same keys in each. */
export type Words = Told<typeof en>;
export type Word = keyof Words;
export type Values = Record<string, string | number>;

const ALL: Record<Language, Words> = { en, zh };
export const LOCALES: Record<Language, string> = { en: "en-GB", zh: "zh-CN" };
const KEPT = "bayhub.language";

const words = $state({ language: "en" as Language });
let title: Word = "title";

export const language = (): Language => words.language;
export const locale = (): string => LOCALES[words.language];

export function chooseLanguage(chosen: Language): void {
  words.language = chosen;
  document.documentElement.lang = chosen === "zh" ? "zh-Hans" : "en";
  document.title = t(title);
}

/** What the page is called in the browser's tab, in whichever language. */
export function entitle(word: Word): void {
  title = word;
  document.title = t(title);
}

export function keepLanguage(chosen: Language): void {
  chooseLanguage(chosen);
  try {
    localStorage.setItem(KEPT, chosen);
  } catch {
    // A browser that keeps nothing asks again.
  }
}

/** By `lang=` of the address, what was kept, or the browser's wish. */
export function firstLanguage(given: string | null): Language {
  let kept: string | null = null;
  try {
    kept = localStorage.getItem(KEPT);
  } catch {
    // As if nothing was kept.
  }
  const wish = given ?? kept ?? navigator.language;
  return wish.toLowerCase().startsWith("zh") ? "zh" : "en";
}

export function say(language: Language, word: Word, values: Values = {}): string {
  const found = ALL[language][word];
  let text = "";
  if (typeof found === "string") text = found;
  else {
    const rule = new Intl.PluralRules(LOCALES[language]).select(Number(values.n ?? 0));
    text = (rule === "one" ? found.one : undefined) ?? found.other;
  }
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? value.toLocaleString(LOCALES[language]) : value;
  });
}

export const t = (word: Word, values?: Values): string => say(words.language, word, values);
