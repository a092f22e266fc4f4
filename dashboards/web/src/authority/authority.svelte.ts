// What the page for authorities knows: zones by name, settled rows of a period and of what it is compared with.
import { ask, to, type Schemas } from "../common/client";
import { KeyRing } from "../common/keys.svelte";
import { Loaded } from "../common/loaded.svelte";
import { see, type Seen } from "../common/zone";
import { read, write, type Address } from "./address";
import { STEP_MS, WEEK_MS, whole, type Row, type Step } from "./figures";

type Page = Schemas["TurnoverPage"];
type Period = { from: number; to: number; step: Step };
/** A zone, and of which car park it is a part. */
export type Place = Seen & { partOf: string | null; counted: boolean; whole: number };

/** Settled rows; `settledTo` null: nothing is settled yet. `cut`: there was more than a page can hold. */
export type Told = Period & { rows: Row[]; gaps: Schemas["Gap"][]; settledTo: number | null; cut: boolean };

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Rows that a page holds; of more it asks by the day. */
export const MOST_ROWS = 60_000;
const A_PAGE = 20_000;
const MOST_IN_ADDRESS = 400;

const floor = (at: number, step: number) => Math.floor(at / step) * step;
const midnight = (day: string, later = 0) => {
  const [y, m, d] = day.split("-").map(Number) as [number, number, number];
  return new Date(y, m - 1, d + later).getTime();
};

export class Authority {
  readonly ring = new KeyRing("monitor");
  address = $state<Address>(read(location.search));
  readonly places = new Loaded<Map<string, Place>>(
    () => this.#places(),
    () => this.ring.forget(),
  );
  readonly told = new Loaded<Told>(
    () => this.#told(),
    () => this.ring.forget(),
  );
  readonly then = new Loaded<Told>(
    () => this.#then(),
    () => this.ring.forget(),
  );
  readonly week = new Loaded<Told>(
    () => this.#before(WEEK_MS),
    () => this.ring.forget(),
  );
  readonly sources = new Loaded<Schemas["Sources"]>(
    () => this.#sources(),
    () => this.ring.forget(),
  );
  readonly quality = new Loaded<Schemas["QualityTold"][]>(
    () => this.#quality(),
    () => this.ring.forget(),
  );

  get key(): string | null {
    return this.ring.held?.key ?? null;
  }
  readonly capacity = (zone: string): number => this.places.value?.get(zone)?.whole ?? 1;
  readonly name = (zone: string): string => this.places.value?.get(zone)?.name ?? zone;

  change(change: Partial<Address>): void {
    this.address = { ...this.address, ...change };
    history.replaceState(null, "", write(this.address));
    if ("compare" in change || "with" in change || "others" in change) void this.then.load();
    if ("zones" in change || "span" in change || "from" in change || "to" in change) void this.load();
  }

  /** All of it anew: another key, another period, other zones. */
  async load(): Promise<void> {
    if (!this.places.value || this.places.failed) await this.places.load();
    await this.told.load();
    if (this.told.value?.rows.length) await Promise.all([this.week.load(), this.then.load()]);
    else {
      this.week.clear();
      this.then.clear();
    }
  }

  async rest(): Promise<void> {
    if (!this.ring.held) return;
    await Promise.all([this.sources.load(), this.quality.load()]);
  }

  forget(): void {
    for (const one of [this.places, this.told, this.then, this.week, this.sources, this.quality]) one.clear();
  }

  async #places(): Promise<Map<string, Place>> {
    const found = new Map<string, Place>();
    let next: string | null = null;
    do {
      const path = to("/v1/zones", { limit: 1000, cursor: next });
      const page: Schemas["Zones"] = await ask(path, { key: this.key });
      for (const z of page.zones) {
        const more = { partOf: z.part_of ?? null, counted: z.counted, whole: z.capacity };
        found.set(z.zone, { ...see(z, "car"), ...more });
      }
      next = page.next ?? null;
    } while (next);
    return found;
  }

  /** What period is meant, by what is settled; hours where a page can hold them, else days. */
  period(settledTo: number, zones: number): Period {
    const a = this.address;
    if (a.span === "3h" && this.key)
      return { from: floor(settledTo, 300_000) - 3 * HOUR_MS, to: settledTo, step: "5m" };
    let [from, until] = [0, floor(settledTo, HOUR_MS)];
    if (a.span === "own") [from, until] = [midnight(a.from), Math.min(until, midnight(a.to, 1))];
    else from = until - { "3h": 1, "1d": 1, "7d": 7, "28d": 28 }[a.span] * DAY_MS;
    const hours = Math.max(1, (until - from) / HOUR_MS);
    const step = this.key && hours * zones <= MOST_ROWS ? "1h" : "1d";
    // Days begin at midnight; without a key they are those of UTC, and over.
    if (step === "1d" && this.key)
      [from, until] = [new Date(from).setHours(0, 0, 0, 0), new Date(until).setHours(0, 0, 0, 0)];
    if (step === "1d" && !this.key) [from, until] = [floor(from, DAY_MS), floor(until, DAY_MS)];
    return { from, to: until, step };
  }

  async #rows(period: Period, zones: string[]): Promise<Told> {
    const told: Told = { ...period, rows: [], gaps: [], settledTo: null, cut: false };
    const offset = new Date().getTimezoneOffset() % 60 === 0;
    const ids = zones.length > 0 && zones.length <= MOST_IN_ADDRESS ? zones.join(",") : null;
    let next: string | null = null;
    do {
      const path = to("/v1/turnover", {
        interval: period.step,
        zone: ids,
        from: new Date(period.from).toISOString(),
        to: new Date(period.to).toISOString(),
        tz: period.step === "1d" && this.key && offset ? Intl.DateTimeFormat().resolvedOptions().timeZone : null,
        limit: A_PAGE,
        cursor: next,
      });
      const page: Page = await ask(path, { key: this.key });
      told.rows.push(...page.rows);
      if (told.gaps.length === 0) told.gaps = page.gaps;
      told.settledTo = page.settled_to ? Date.parse(page.settled_to) : null;
      next = page.next ?? null;
      told.cut = next !== null && told.rows.length >= MOST_ROWS;
    } while (next && !told.cut);
    told.rows = whole(told.rows, (zone) => this.places.value?.get(zone)?.partOf ?? null);
    return told;
  }

  /** How many zones are asked for. */
  get #asked(): number {
    return this.address.zones.length || this.places.value?.size || 1;
  }

  async #told(): Promise<Told> {
    // What is settled is what the hub says; the period is reckoned from there.
    const first: Page = await ask(to("/v1/turnover", { limit: 1 }), { key: this.key });
    const settledTo = first.settled_to ? Date.parse(first.settled_to) : null;
    if (settledTo === null) return { from: 0, to: 0, step: "1h", rows: [], gaps: [], settledTo, cut: false };
    const period = this.period(settledTo, this.#asked);
    if (period.to <= period.from) return { ...period, rows: [], gaps: [], settledTo, cut: false };
    const told = await this.#rows(period, this.address.zones);
    const young = told.rows.length === 0 && this.key && this.address.span !== "own" && period.step === "1h";
    if (!young) return { ...told, settledTo };
    // No hour is whole yet: the minutes that there are.
    const minutes = { from: floor(settledTo, 300_000) - HOUR_MS, to: settledTo, step: "5m" as Step };
    return { ...(await this.#rows(minutes, this.address.zones)), settledTo };
  }

  #before(apart: number): Promise<Told> {
    const now = this.told.value as Told;
    return this.#rows({ ...now, from: now.from - apart, to: now.to - apart }, this.address.zones);
  }

  async #then(): Promise<Told> {
    const [a, now] = [this.address, this.told.value as Told];
    const nothing: Told = { ...now, rows: [], gaps: [] };
    switch (a.compare) {
      case "none":
        return nothing;
      case "week":
        return this.week.value && this.week.value.from === now.from - WEEK_MS ? this.week.value : this.#before(WEEK_MS);
      case "day":
        return this.#before(DAY_MS);
      case "own":
        return a.with ? this.#before(now.from - midnight(a.with)) : nothing;
      case "zones":
        return a.others.length > 0 ? this.#rows(now, a.others) : nothing;
    }
  }

  async #sources(): Promise<Schemas["Sources"]> {
    const path = (cursor: string | null) => to("/v1/sources", { limit: 1000, cursor });
    const all: Schemas["Sources"] = await ask(path(null), { key: this.key });
    for (let n = 0; all.next && n < 9; n++) {
      const more: Schemas["Sources"] = await ask(path(all.next), { key: this.key });
      all.sources.push(...more.sources);
      all.next = more.next;
    }
    return all;
  }

  #quality(): Promise<Schemas["QualityTold"][]> {
    return Promise.all(
      ["operator", "partner"].map((by) => ask<Schemas["QualityTold"]>(to("/v1/quality", { by }), { key: this.key })),
    );
  }

  /** The hub's own CSV of what is shown. */
  get csv(): string {
    const t = this.told.value as Told;
    const zones = this.address.zones;
    return to("/v1/turnover", {
      interval: t.step,
      zone: zones.length > 0 && zones.length <= MOST_IN_ADDRESS ? zones.join(",") : null,
      from: new Date(t.from).toISOString(),
      to: new Date(t.to).toISOString(),
      limit: A_PAGE,
    });
  }
  step(): number {
    return STEP_MS[this.told.value?.step ?? "1h"];
  }
}
