// What the page for authorities knows: zones by name, settled rows of a period and of what it is compared with.
import { ask, to, type Schemas } from "../common/client";
import { KeyRing } from "../common/keys.svelte";
import { Loaded } from "../common/loaded.svelte";
import { see, type Seen } from "../common/zone";
import { placeOfDevice } from "../common/zoned";
import { read, write, type Address } from "./address";
import { whole, type Row } from "./figures";
import { before, beginning, periodOf, stepsOf, turnoverPath, type Period, type Steps } from "./period";

type Page = Schemas["TurnoverPage"];
/** A zone, and of which car park it is a part. */
export type Place = Seen & { partOf: string | null; counted: boolean; whole: number };

/**
 * Settled rows of those zones (none: all); `settledTo` null: nothing is settled yet. `cut`: there was more than a page
 * can hold. `of`: what they were asked to be compared with, if they were.
 */
export type Told = Period & {
  zones: string[];
  steps: Steps;
  rows: Row[];
  gaps: Schemas["Gap"][];
  settledTo: number | null;
  cut: boolean;
  of: string | null;
};

const HOUR_MS = 3_600_000;
const MINUTES_MS = 300_000;
const DAYS: Record<"1d" | "7d" | "28d", number> = { "1d": 1, "7d": 7, "28d": 28 };
/** Rows that a page holds; of more it asks by the day. */
export const MOST_ROWS = 60_000;
const A_PAGE = 20_000;

const nothing = (period: Period, settledTo: number | null = null): Told => ({
  ...period,
  ...{ zones: [], steps: stepsOf(period), rows: [], gaps: [], settledTo, cut: false, of: null },
});
const key = (t: Told): string => JSON.stringify([t.from, t.to, t.step, t.clock, t.zones]);
/** Whether it was asked for to be compared with that, and not with what was shown before. */
export const isOf = (than: Told | null, told: Told): than is Told => than !== null && than.of === key(told);

export class Authority {
  readonly ring = new KeyRing("monitor");
  address = $state<Address>(read(location.search));
  readonly places = new Loaded<Map<string, Place>>(
    () => this.#places(),
    () => this.ring.refuse(),
  );
  readonly told = new Loaded<Told>(
    () => this.#told(),
    () => this.ring.refuse(),
  );
  readonly then = new Loaded<Told>(
    () => this.#then(),
    () => this.ring.refuse(),
  );
  readonly week = new Loaded<Told>(
    () => this.#before((now) => before(now, 7)),
    () => this.ring.refuse(),
  );
  readonly sources = new Loaded<Schemas["Sources"]>(
    () => this.#sources(),
    () => this.ring.refuse(),
  );
  readonly quality = new Loaded<Schemas["QualityTold"][]>(
    () => this.#quality(),
    () => this.ring.refuse(),
  );

  get key(): string | null {
    return this.ring.held?.key ?? null;
  }
  readonly capacity = (zone: string): number => this.places.value?.get(zone)?.whole ?? 1;
  readonly name = (zone: string): string => this.places.value?.get(zone)?.name ?? zone;

  change(change: Partial<Address>): void {
    this.address = { ...this.address, ...change };
    history.replaceState(null, "", write(this.address));
    const compares = "compare" in change || "with" in change || "others" in change;
    if (compares && this.told.value) void this.then.load();
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

  /** What period is meant, by what is settled. */
  period(settledTo: number, zones: number): Period {
    const [a, clock] = [this.address, placeOfDevice()];
    const minutes = Math.floor(settledTo / MINUTES_MS) * MINUTES_MS;
    if (a.span === "3h" && this.key) return { from: minutes - 3 * HOUR_MS, to: settledTo, step: "5m", clock };
    const days = a.span === "own" || a.span === "3h" ? 1 : DAYS[a.span];
    const wish = a.span === "own" ? { from: a.from, to: a.to } : { ms: days * 24 * HOUR_MS };
    return periodOf(wish, settledTo, clock, this.key !== null, Math.max(1, MOST_ROWS / zones));
  }

  async #rows(period: Period, zones: string[]): Promise<Told> {
    const told: Told = { ...nothing(period), zones };
    let next: string | null = null;
    do {
      const page: Page = await ask(turnoverPath(period, zones, A_PAGE, next), { key: this.key });
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
    const none: Period = { from: 0, to: 0, step: "1h", clock: placeOfDevice() };
    if (settledTo === null) return nothing(none);
    const period = this.period(settledTo, this.#asked);
    if (period.to <= period.from) return nothing(period, settledTo);
    const told = await this.#rows(period, this.address.zones);
    const young = told.rows.length === 0 && this.key && this.address.span !== "own" && period.step === "1h";
    if (!young) return { ...told, settledTo };
    // No hour is whole yet: the minutes that there are.
    const begins = Math.floor(settledTo / MINUTES_MS) * MINUTES_MS - HOUR_MS;
    const minutes: Period = { ...period, from: begins, to: settledTo, step: "5m" };
    return { ...(await this.#rows(minutes, this.address.zones)), settledTo };
  }

  /** What is shown, at another time or of other zones. */
  async #before(period: (now: Period) => Period, zones?: string[]): Promise<Told> {
    const now = this.told.value as Told;
    const { from, to, step, clock } = now;
    return { ...(await this.#rows(period({ from, to, step, clock }), zones ?? now.zones)), of: key(now) };
  }

  async #then(): Promise<Told> {
    const [a, now] = [this.address, this.told.value as Told];
    switch (a.compare) {
      case "week":
        return isOf(this.week.value, now) ? this.week.value : this.#before((p) => before(p, 7));
      case "day":
        return this.#before((p) => before(p, 1));
      case "own":
        if (a.with) return this.#before((p) => beginning(p, a.with));
        break;
      case "zones":
        if (a.others.length > 0) return this.#before((p) => p, a.others);
    }
    return { ...nothing(now), of: key(now) };
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

  /** The hub's own CSV of what is shown: asked for as that was. */
  get csv(): string {
    const told = this.told.value as Told;
    return turnoverPath(told, told.zones, A_PAGE);
  }

  /** The same as Parquet, which needs no pages. */
  get parquet(): string {
    const told = this.told.value as Told;
    return turnoverPath(told, told.zones, null);
  }
}
