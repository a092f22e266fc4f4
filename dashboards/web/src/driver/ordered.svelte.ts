// What the driver's page knows of orders: those that concern what is shown, and any other that closes a zone or bay that
// is looked at, asked for once.
import { ask } from "../common/client";
import type { City } from "../common/live/city.svelte";
import { OrderPlaces } from "../common/orders/places.svelte";
import type { CityOrder } from "../common/orders/schema";
import { Standing } from "../common/orders/standing.svelte";
import { said } from "../common/orders/told";
import { until, what } from "../common/orders/words";
import { language, t } from "../words/words.svelte";

/** Orders that are kept beside those that are told. */
const MOST_ASKED = 100;

export class Ordered {
  readonly standing = new Standing("bayhub.orders.driver");
  readonly places: OrderPlaces;
  #others = $state.raw<ReadonlyMap<string, CityOrder>>(new Map());
  #asking = new Set<string>();

  constructor(city: City) {
    this.places = new OrderPlaces((zone) => city.zones.get(zone)?.name);
  }

  /** By its id, if it was told. */
  of(id: string | null | undefined): CityOrder | null {
    if (!id) return null;
    return this.standing.all?.find((order) => order.id === id) ?? this.#others.get(id) ?? null;
  }

  /** In one line: that an order closes it or some of its bays, why and until when, as far as that is known. */
  line(id: string | null, whole: boolean): string {
    const order = this.of(id);
    if (!order) return t(whole ? "closedByOrder" : "partlyByOrder");
    const why = said(order.reason, language())?.text ?? what(order);
    return t(whole ? "closedByWhy" : "partlyByWhy", { why, until: until(order) });
  }

  /** Asks for one that was not told: its zone lies beyond what is followed. */
  async learn(id: string): Promise<void> {
    if (this.of(id) || this.#asking.has(id)) return;
    this.#asking.add(id);
    const told = await ask<CityOrder>(`/v1/orders/${encodeURIComponent(id)}`).catch(() => null);
    this.#asking.delete(id);
    if (told) this.#others = new Map([...this.#others, [id, told] as const].slice(-MOST_ASKED));
  }
}
