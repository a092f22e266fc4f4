// Problems that a key deals with or oversees: a page of them and more, one with all that belongs to it, and what is said
// of one.
import { ask, to, type Schemas } from "../client";
import { Loaded } from "../loaded.svelte";
import type { ProblemCode } from "./words";

export type Wanted = "open" | "late" | "over";
export const WANTED: Wanted[] = ["open", "late", "over"];

const A_PAGE = 50;
/** A list that goes on for longer is looked for by what it is of. */
const MOST_PAGES = 20;
const ASKED: Record<Wanted, Record<string, boolean>> = { open: {}, late: { overdue: true }, over: { closed: true } };

export class Problems {
  wanted = $state<Wanted>("open");
  code = $state<ProblemCode | "">("");
  pages = $state(1);
  /** What was done last, in words. */
  done = $state<string | null>(null);
  readonly list: Loaded<Schemas["ProblemList"]>;

  /** `key`: of whom it is asked at that moment; `refused`: that key is not good any more. */
  constructor(
    private readonly key: () => string | null,
    refused: () => void,
  ) {
    this.list = new Loaded(() => this.#list(), refused);
  }

  get hasMore(): boolean {
    return (this.list.value?.next ?? null) !== null && this.pages < MOST_PAGES;
  }

  look(wanted: Wanted, code: ProblemCode | ""): void {
    [this.wanted, this.code, this.pages] = [wanted, code, 1];
    this.list.clear();
    void this.list.load();
  }

  more(): void {
    this.pages++;
    void this.list.load();
  }

  one(id: string): Promise<Schemas["ProblemDetail"]> {
    return ask(`/v1/problems/${encodeURIComponent(id)}`, { key: this.key() });
  }

  say(id: string, says: Schemas["ProblemSays"]): Promise<Schemas["ProblemShown"]> {
    return ask(`/v1/problems/${encodeURIComponent(id)}`, { key: this.key(), body: says, method: "PATCH" });
  }

  async #list(): Promise<Schemas["ProblemList"]> {
    const asked = { ...ASKED[this.wanted], code: this.code, limit: A_PAGE };
    const pages = this.pages;
    const found: Schemas["ProblemList"] = { at: "", problems: [], next: null };
    for (let page = 0; page < pages; page++) {
      const told: Schemas["ProblemList"] = await ask(to("/v1/problems", { ...asked, cursor: found.next }), {
        key: this.key(),
      });
      found.problems.push(...told.problems);
      [found.at, found.next] = [told.at, told.next];
      if (!told.next) break;
    }
    // One that changed while pages were turned is told twice.
    const seen = new Set<string>();
    return { ...found, problems: found.problems.filter(({ id }) => !seen.has(id) && seen.add(id)) };
  }
}
