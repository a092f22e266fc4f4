// What the operator's page knows of the hub: whether it is ready, its parts, its measurements over some minutes, and
// what only an administrator is told.
import { ask, Refusal, to, type Asked, type Schemas } from "../common/client";
import { KeyRing } from "../common/keys.svelte";
import { Loaded } from "../common/loaded.svelte";
import { ahead, here, now, setAhead } from "../common/now.svelte";
import type { Source } from "../partner/health";
import { t } from "../words/words.svelte";
import { Problems } from "../common/problems/problems.svelte";
import { kept, Reading, type Readings } from "./metrics";

export const VIEWS = ["now", "problems", "refused", "partners", "field", "limits", "acts"] as const;
export type View = (typeof VIEWS)[number];

const WINDOW_MS = 600_000;
const DAY = 86_400_000;
const USAGE_MS = 30_000;
/** So much may the clocks differ without a word. */
const CLOCK_MS = 2_000;

export class Operator {
  readonly ring = new KeyRing("admin");
  notice = $state<string | null>(null);
  readings = $state.raw<Readings>([]);

  private readonly gone = (): void => {
    this.notice = t("keyBad");
    this.ring.forget();
  };
  private load<T>(asks: () => Promise<T>): Loaded<T> {
    return new Loaded(asks, this.gone);
  }

  readonly ready = this.load(() => this.readiness());
  readonly status = this.load(() => this.ask<Schemas["HubStatus"]>("/v1/status"));
  readonly metrics = this.load(() => this.measure());
  readonly usage = this.load(() => this.dayOfAll());
  readonly partners = this.load(() => this.ask<Schemas["PartnerList"]>("/v1/admin/partners?limit=1000"));
  readonly losses = this.load(() => this.ask<Schemas["LossList"]>("/v1/admin/losses"));
  readonly suspects = this.load(() => this.suspected());
  readonly batteries = this.load(() => this.ask<Schemas["Devices"]>("/v1/admin/devices?low_battery=true&limit=100"));
  private readonly all = [
    this.ready,
    this.status,
    this.metrics,
    this.usage,
    this.partners,
    this.losses,
    this.suspects,
    this.batteries,
  ];

  readonly problems = new Problems(
    () => this.ring.held?.key ?? null,
    () => this.gone(),
  );

  ask<T>(path: string, asked: Asked = {}): Promise<T> {
    return ask<T>(path, { key: this.ring.held?.key, ...asked });
  }

  /** 503 is an answer here: it says why. */
  private async readiness(): Promise<Schemas["Ready"]> {
    try {
      return await this.ask<Schemas["Ready"]>("/readyz");
    } catch (e) {
      const told = e instanceof Refusal && e.status === 503 ? (e.problem as Partial<Schemas["Ready"]>) : null;
      if (told?.ready !== false) throw e;
      return { ...told, ready: false };
    }
  }

  private async measure(): Promise<Reading> {
    const heard = (headers: Headers) => {
      const said = Date.parse(headers.get("date") ?? "");
      // The header tells whole seconds.
      if (Math.abs(said - Date.now() - ahead()) > CLOCK_MS) setAhead(said - Date.now());
    };
    const text = await this.ask<string>("/metrics", { text: true, heard });
    const at = Date.now() + ahead();
    const reading = Reading.read(text, at);
    this.readings = kept(this.readings, reading, WINDOW_MS);
    return reading;
  }

  private async dayOfAll(): Promise<Schemas["UsagePeriod"][]> {
    const from = new Date(now() - DAY).toISOString();
    const rows: Schemas["UsagePeriod"][] = [];
    let cursor: string | null = null;
    do {
      const path: string = to("/v1/admin/usage", { from, interval: "1h", limit: 1000, cursor });
      const page: Schemas["UsageTold"] = await this.ask(path);
      rows.push(...page.rows);
      cursor = page.next;
    } while (cursor);
    return rows;
  }

  private async suspected(): Promise<{ sources: Source[]; more: boolean }> {
    const sources: Source[] = [];
    let cursor: string | null = null;
    do {
      const told: Schemas["Sources"] = await this.ask(to("/v1/sources", { suspect: true, limit: 1000, cursor }));
      sources.push(...told.sources);
      cursor = told.next;
    } while (cursor);
    return { sources, more: false };
  }

  async look(view: View): Promise<void> {
    if (!this.ring.held) return;
    const wanted: Loaded<unknown>[] = [this.ready, this.metrics];
    if (view === "now") {
      wanted.push(this.status);
      // Of many partners a day is many rows, and they are counted every ten seconds.
      if (here() - this.usage.at > USAGE_MS) wanted.push(this.usage);
    }
    if (view === "partners") wanted.push(this.partners);
    if (view === "field") wanted.push(this.suspects, this.batteries, this.losses);
    await Promise.all(wanted.map((one) => one.load()));
  }

  anew(): void {
    this.readings = [];
    this.problems.list.clear();
    for (const one of this.all) one.clear();
  }
}
