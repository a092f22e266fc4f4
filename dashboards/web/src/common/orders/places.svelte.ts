// What the places of an order are called: zones by their names, an area by the zones that lie in it.
import { ask, to, type Schemas } from "../client";
import type { Box } from "../geo";
import { boxText } from "../geo";
import { plain } from "../text";
import type { CityOrder } from "./schema";
import { inside, keyOf, parts } from "./told";

/** Names that are asked for: of one order so many, and no more zones of an area than that. */
const MOST_NAMES = 20;
const MOST_ZONES = 500;
const KEPT = "bayhub.orders.names";
const MOST_KEPT = 400;

export class OrderPlaces {
  /** Names by zone, and names of the zones of an area by the order's key. */
  #names = $state.raw<ReadonlyMap<string, string>>(new Map());
  #within = $state.raw<ReadonlyMap<string, string[]>>(new Map());
  #asked = new Set<string>();

  /** `known`: what the page calls a zone, if it knows it. */
  constructor(readonly known: (zone: string) => string | undefined = () => undefined) {
    try {
      const kept = JSON.parse(localStorage.getItem(KEPT) ?? "[]") as [string, string][];
      this.#names = new Map(kept);
    } catch {
      // Ids, then, until the hub has said more.
    }
  }

  name(zone: string): string {
    return plain(this.known(zone) ?? this.#names.get(zone) ?? zone);
  }

  /** Of zones and bays; none: an area of which nobody says what lies in it. */
  of(order: CityOrder): string[] {
    const { zones, bays } = order.target;
    if (zones) return zones.map((zone) => this.name(zone));
    return bays ?? this.#within.get(keyOf(order)) ?? [];
  }

  /** Asks for what is not known; what cannot be had is asked for again with the next look. */
  async learn(orders: CityOrder[]): Promise<void> {
    const unknown = orders.flatMap((order) => (order.target.zones ?? []).slice(0, MOST_NAMES));
    const zones = [...new Set(unknown)].filter(
      (zone) => this.known(zone) === undefined && !this.#names.has(zone) && !this.#asked.has(zone),
    );
    for (let n = 0; n < zones.length; n += MOST_NAMES) await this.#zones(zones.slice(n, n + MOST_NAMES));
    for (const order of orders) {
      const key = keyOf(order);
      if (order.target.polygon === undefined || this.#within.has(key) || this.#asked.has(key)) continue;
      await this.#area(key, order.target.polygon);
    }
  }

  async #zones(ids: string[]): Promise<void> {
    ids.forEach((id) => this.#asked.add(id));
    const told = await ask<Schemas["Zones"]>(to("/v1/zones", { ids: ids.join(",") })).catch(() => null);
    if (!told) ids.forEach((id) => this.#asked.delete(id));
    else this.#put(told.zones.map((zone) => [zone.zone, zone.name]));
  }

  async #area(key: string, area: unknown): Promise<void> {
    const corners = parts(area).flat(2);
    if (corners.length === 0) return;
    const [lons, lats] = [corners.map(([lon]) => lon), corners.map(([, lat]) => lat)];
    const [least, most] = [(a: number, b: number) => Math.min(a, b), (a: number, b: number) => Math.max(a, b)];
    const box: Box = {
      west: lons.reduce(least),
      south: lats.reduce(least),
      east: lons.reduce(most),
      north: lats.reduce(most),
    };
    this.#asked.add(key);
    const path = to("/v1/zones", { bbox: boxText(box), limit: MOST_ZONES });
    const told = await ask<Schemas["Zones"]>(path).catch(() => null);
    if (!told) this.#asked.delete(key);
    else {
      const names = told.zones.filter((zone) => !zone.part_of && inside(area, zone)).map((zone) => plain(zone.name));
      this.#within = new Map([...this.#within, [key, names]]);
    }
  }

  #put(names: [string, string][]): void {
    const all = [...new Map([...this.#names, ...names])].slice(-MOST_KEPT);
    this.#names = new Map(all);
    try {
      localStorage.setItem(KEPT, JSON.stringify(all));
    } catch {
      // Asked for again, then.
    }
  }
}
