// A table of the hub's as a file: all its pages, by the hub's own CSV.
import { t } from "../words/words.svelte";
import { Refusal, type Schemas } from "./client";

/** More than this and a browser does better with `bayhub export`. */
const MOST_PAGES = 200;

/** Where the next page is, by a `Link` header. */
export function nextOf(link: string | null): string | null {
  return /<([^>]+)>\s*;[^,]*rel="?next"?/.exec(link ?? "")?.[1] ?? null;
}

/** The text of all pages; only the first keeps its line of headings. */
export async function pages(path: string, key: string | null): Promise<string> {
  const headers: Record<string, string> = { accept: "text/csv" };
  if (key) headers.authorization = `Bearer ${key}`;
  let text = "";
  let next: string | null = path;
  for (let page = 0; next && page < MOST_PAGES; page++) {
    const answer: Response = await fetch(next, { headers }).catch(() => {
      throw new Refusal(0, "");
    });
    if (!answer.ok) {
      const problem = (await answer.json().catch(() => ({}))) as Partial<Schemas["Problem"]>;
      throw new Refusal(answer.status, problem.detail ?? `HTTP ${answer.status}`, problem);
    }
    const body = await answer.text();
    text += page === 0 ? body : body.slice(body.indexOf("\n") + 1);
    next = nextOf(answer.headers.get("link"));
  }
  // Half a table would pass for a whole one.
  if (next) throw new Refusal(413, t("tableTooLong"));
  return text;
}

/** Saves a file, with the mark by which Excel knows UTF-8. */
export async function save(path: string, key: string | null, name: string): Promise<void> {
  const text = (await pages(path, key)).replace(/^\ufeff/, "");
  const url = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  [link.href, link.download] = [url, name];
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
