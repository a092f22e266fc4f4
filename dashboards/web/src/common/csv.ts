// A table of the hub's as a file: all its pages, by the hub's own CSV, or as Parquet.
import { t } from "../words/words.svelte";
import { Refusal, type Schemas } from "./client";

/** More than this and a browser does better with `bayhub export`. */
const MOST_PAGES = 200;

/** Where the next page is, by a `Link` header. */
export function nextOf(link: string | null): string | null {
  return /<([^>]+)>\s*;[^,]*rel="?next"?/.exec(link ?? "")?.[1] ?? null;
}

/** One answer of the hub's; fails with its problem. */
async function answer(path: string, accept: string, key: string | null): Promise<Response> {
  const headers: Record<string, string> = { accept };
  if (key) headers.authorization = `Bearer ${key}`;
  const told: Response = await fetch(path, { headers }).catch(() => {
    throw new Refusal(0, "");
  });
  if (told.ok) return told;
  const problem = (await told.json().catch(() => ({}))) as Partial<Schemas["Problem"]>;
  throw new Refusal(told.status, problem.detail ?? `HTTP ${told.status}`, problem);
}

/** The text of all pages; only the first keeps its line of headings. */
export async function pages(path: string, key: string | null): Promise<string> {
  let text = "";
  let next: string | null = path;
  for (let page = 0; next && page < MOST_PAGES; page++) {
    const told: Response = await answer(next, "text/csv", key);
    const body = await told.text();
    text += page === 0 ? body : body.slice(body.indexOf("\n") + 1);
    next = nextOf(told.headers.get("link"));
  }
  // Half a table would pass for a whole one.
  if (next) throw new Refusal(413, t("tableTooLong"));
  return text;
}

/** Saves a file, with the mark by which Excel knows UTF-8. */
export async function save(path: string, key: string | null, name: string): Promise<void> {
  const text = (await pages(path, key)).replace(/^\ufeff/, "");
  keep(new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }), name);
}

const PARQUET = "application/vnd.apache.parquet";

/** Saves a table as Parquet: one answer holds all of it, or it is too long. */
export async function saveParquet(path: string, key: string | null, name: string): Promise<void> {
  const told = await answer(path, PARQUET, key);
  if (nextOf(told.headers.get("link"))) throw new Refusal(413, t("tableTooLong"));
  keep(new Blob([await told.arrayBuffer()], { type: PARQUET }), name);
}

function keep(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  [link.href, link.download] = [url, name];
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
