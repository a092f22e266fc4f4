// How every page begins: by as little as can be, which asks for the words and for the rest of the page at once.
import type { Component } from "svelte";
import "./theme.css";
import { firstLanguage, learn, speak } from "../words/load";

/** The other language is loaded once the page is calm, so that it can be chosen without the hub as well. */
const CALM_MS = 5_000;

/** `parts`: whose words are said there; `page`: the page itself. */
export async function begin(parts: string[], page: () => Promise<{ default: Component }>): Promise<void> {
  const rest = Promise.all([import("svelte"), import("../words/words.svelte"), page()]);
  speak(parts);
  const language = firstLanguage(new URLSearchParams(location.search).get("lang"));
  const [[{ mount }, { chooseLanguage }, { default: Page }]] = await Promise.all([rest, learn(language)]);
  await chooseLanguage(language);
  const at = document.getElementById("app");
  if (!at) return;
  at.replaceChildren();
  mount(Page, { target: at });
  setTimeout(() => void learn(language === "en" ? "zh" : "en").catch(() => undefined), CALM_MS);
}
