// Both languages say all that pages say, and each page has all its words.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { en } from "../src/words/en";
import { zh } from "../src/words/zh";
import { say, type Word } from "../src/words/words.svelte";

const keys = Object.keys(en) as Word[];
const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();
const other = (w: string | { other: string }) => (typeof w === "string" ? w : w.other);

test("both languages say the same things, with the same values", () => {
  const files = readdirSync("src/words/en").map((f) => readFileSync(`src/words/en/${f}`, "utf8"));
  const said = files.flatMap((text) => [...text.matchAll(/^  (\w+):/gm)].map((m) => m[1]));
  expect(said.sort(), "no key is in two files").toEqual([...keys].sort());
  expect(Object.keys(zh).sort()).toEqual([...keys].sort());
  for (const key of keys) {
    expect(holes(other(zh[key])), key).toEqual(holes(other(en[key])));
    expect(other(zh[key]).trim(), key).not.toBe("");
  }
});

test("Chinese has no words of English but names, units and symbols", () => {
  const known = /book|English|EV|WebGL|km|API|CSV|Parquet|iCalendar/;
  for (const key of keys) {
    const text = other(zh[key]).replace(/\{\w+\}/g, "");
    const latin = text.match(/[A-Za-z]{2,}/g) ?? [];
    expect(
      latin.filter((w) => !known.test(w)),
      `${key}: ${text}`,
    ).toEqual([]);
  }
});

test("every word is used somewhere, and every one used is there", () => {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((f) => /\.(svelte|ts)$/.test(f));
  const own = files.filter((f) => !/^words\/(en|zh)(\.ts|\/)/.test(f));
  const text = own.map((f) => readFileSync(`src/${f}`, "utf8")).join("\n");
  const unused = keys.filter((key) => !text.includes(`"${key}"`));
  expect(unused).toEqual([]);
});

/** A file and all that it is made of, but for words. */
function whole(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file) || /^src\/words\/(en|zh)\b/.test(file)) return seen;
  seen.add(file);
  for (const [, from] of readFileSync(file, "utf8").matchAll(/(?:from |import\()"(\.[^"]+)"/g)) {
    const path = join(dirname(file), from ?? "");
    const found = [path, `${path}.ts`].find((f) => /\.(ts|svelte)$/.test(f) && existsSync(f));
    if (found) whole(found, seen);
  }
  return seen;
}

test("a page loads every word that it says: its own files of words, and what all share", () => {
  const of = (part: string) => {
    const text = readFileSync(`src/words/en/${part}.ts`, "utf8");
    return [...text.matchAll(/^  (\w+):/gm)].map((m) => m[1] ?? "");
  };
  for (const page of ["authority", "business", "driver", "operator", "partner"]) {
    const main = `src/${page}/main.ts`;
    const named = /begin\(\[([^\]]+)\]/.exec(readFileSync(main, "utf8"))?.[1] ?? "";
    const loaded = new Set(["common", ...named.split(",").map((p) => p.replaceAll('"', "").trim())].flatMap(of));
    const text = [...whole(main)].map((f) => readFileSync(f, "utf8")).join("\n");
    const missing = keys.filter((key) => text.includes(`"${key}"`) && !loaded.has(key));
    // A key that is a plain word elsewhere stands in the common file: then nothing is to be guessed.
    expect(missing, page).toEqual([]);
  }
});

test("a count is told in its own form, grouped as the reader's country does", () => {
  expect(say("en", "baysFree", { n: 1 })).toBe("1 bay");
  expect(say("en", "baysFree", { n: 12_345 })).toBe("12,345 bays");
  expect(say("zh", "baysFree", { n: 1 })).toBe("1 个车位");
  expect(say("en", "refused", { why: "<b>{n}</b>" })).toBe("The hub refused: <b>{n}</b>");
});
