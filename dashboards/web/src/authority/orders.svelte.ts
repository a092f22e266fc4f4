// What the view of orders knows: a page of them and more, and what a key may do to them.
import { ask, Refusal, to } from "../common/client";
import { KeyRing } from "../common/keys.svelte";
import { Loaded } from "../common/loaded.svelte";
import { Once } from "../common/once";
import { OrderPlaces } from "../common/orders/places.svelte";
import type { CityOrder, CityOrders, OrderAsked, OrderKind, OrderSeverity, OrderState } from "../common/orders/schema";
import { language, t } from "../words/words.svelte";
import type { Authority } from "./authority.svelte";

const A_PAGE = 100;
/** Orders that a page holds; of more it asks by what is looked for. */
const MOST_PAGES = 20;

export const STATE_NAMES = ["active", "planned", "ended"] as const;
export type Wanted = OrderState | "all";

/** Which states `active=` of the call tells. */
const ACTIVE: Record<Wanted, boolean | null> = { active: true, planned: false, ended: false, all: null };

export type Fault = { field: string; why: string };

export class Orders {
  readonly ring = new KeyRing("order");
  readonly places: OrderPlaces;
  wanted = $state<Wanted>("all");
  kind = $state<OrderKind | "all">("all");
  severity = $state<OrderSeverity | "all">("all");
  /** What was done last, in words. */
  done = $state<string | null>(null);
  pages = $state(1);

  readonly list = new Loaded<CityOrders>(() => this.#list());
  readonly shown = $derived((this.list.value?.orders ?? []).filter((order) => this.#fits(order)));

  #once = new Once<OrderAsked>();

  constructor(authority: Authority) {
    this.places = new OrderPlaces((zone) => authority.places.value?.get(zone)?.name);
  }

  get key(): string | null {
    return this.ring.held?.key ?? null;
  }
  get hasMore(): boolean {
    return (this.list.value?.next ?? null) !== null && this.pages < MOST_PAGES;
  }

  /** Looks for others. */
  look(wanted: Wanted): void {
    [this.wanted, this.pages] = [wanted, 1];
    this.list.clear();
    void this.list.load();
  }

  more(): void {
    this.pages++;
    void this.list.load();
  }

  #fits(order: CityOrder): boolean {
    if (this.wanted !== "all" && order.state !== this.wanted) return false;
    if (this.kind !== "all" && order.kind !== this.kind) return false;
    return this.severity === "all" || order.severity === this.severity;
  }

  async #list(): Promise<CityOrders> {
    const [active, pages] = [ACTIVE[this.wanted], this.pages];
    const all: CityOrders = { orders: [], next: null };
    for (let page = 0; page < pages; page++) {
      const told: CityOrders = await ask(to("/v1/orders", { active, limit: A_PAGE, cursor: all.next }));
      all.orders.push(...told.orders);
      all.next = told.next;
      if (!all.next) break;
    }
    // One that changed while pages were turned is told twice: as it is now first.
    const seen = new Set<string>();
    all.orders = all.orders.filter(({ id }) => !seen.has(id) && seen.add(id));
    void this.places.learn(all.orders);
    return all;
  }

  /** The same order however often it is pressed, until the hub has answered. */
  async issue(body: OrderAsked): Promise<CityOrder> {
    const sent = this.#once.of(body, () => body);
    try {
      const made = await this.#do<CityOrder>("/v1/orders", { body: sent.body, once: sent.once });
      this.#once.answered();
      return made;
    } catch (e) {
      if (!(e instanceof Refusal) || !e.unreachable) this.#once.answered();
      throw e;
    }
  }

  changeEnd = (order: CityOrder, end: string | null): Promise<CityOrder> =>
    this.#do(`/v1/orders/${order.id}`, { method: "PATCH", body: { to: end } });

  end = (order: CityOrder): Promise<CityOrder> => this.#do(`/v1/orders/${order.id}/end`, { body: {} });

  /** `key`: of whoever else confirms it; it is used this once and not kept. */
  confirm = (order: CityOrder, key: string): Promise<CityOrder> =>
    ask(`/v1/orders/${order.id}/confirm`, { key, body: {}, language: language() });

  async #do<T>(path: string, what: { body: unknown; method?: "PATCH"; once?: string }): Promise<T> {
    try {
      return await ask<T>(path, { ...what, key: this.key, language: language() });
    } catch (e) {
      if (e instanceof Refusal && e.status === 401) this.ring.refuse();
      throw e;
    }
  }
}

/** What the hub said, in words, and of which member. */
export function faultOf(e: unknown, memberOf: (field: unknown) => string): Fault {
  if (!(e instanceof Refusal)) return { field: "", why: String(e) };
  if (e.unreachable) return { field: "", why: t("authorityOrderNoAnswer") };
  if (e.status === 401) return { field: "", why: t("keyBad") };
  const field = memberOf((e.problem as { field?: unknown }).field);
  return { field, why: t("refused", { why: e.message }) };
}
