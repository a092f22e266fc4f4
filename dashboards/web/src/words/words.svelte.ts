// The words of the pages, in the language of the reader: by the address, else as chosen before, else the browser's.
import type { en } from "./en";
import { apart } from "../common/text";
import { keep, learn, LOCALES, said, type Language } from "./load";
import type { Told } from "./told";

export { firstLanguage, LOCALES, type Language } from "./load";

/** All words of a language: the same keys in each. */
export type Words = Told<typeof en>;
export type Word = keyof Words;
export type Values = Record<string, string | number>;

const words = $state({ language: "en" as Language });
let title: Word | null = null;
let wished: Language = "en";

export const language = (): Language => words.language;
export const locale = (): string => LOCALES[words.language];

/** Speaks a language once its words are there; where they cannot be had the page goes on as it was. */
export async function chooseLanguage(chosen: Language): Promise<void> {
  wished = chosen;
  await learn(chosen).catch(() => (wished = words.language));
  if (wished !== chosen) return;
  words.language = chosen;
  document.documentElement.lang = chosen === "zh" ? "zh-Hans" : "en";
  if (title) document.title = t(title);
}

/** What the page is called in the browser's tab, in whichever language. */
export function entitle(word: Word): void {
  title = word;
  document.title = t(title);
}

export function keepLanguage(chosen: Language): void {
  void chooseLanguage(chosen);
  keep(chosen);
}

export function say(language: Language, word: Word, values: Values = {}): string {
  const found = said[language][word] ?? "";
  let text = "";
  if (typeof found === "string") text = found;
  else {
    const rule = new Intl.PluralRules(LOCALES[language]).select(Number(values.n ?? 0));
    text = (rule === "one" ? found.one : undefined) ?? found.other;
  }
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? value.toLocaleString(LOCALES[language]) : apart(value);
  });
}

export const t = (word: Word, values?: Values): string => say(words.language, word, values);
