// Orders as a page keeps them: those that stand by its clock, the gravest first, and since when nothing newer was heard.
import { untrack } from "svelte";
import { here, now } from "../now.svelte";
import type { CityOrder } from "./schema";
import { gravest, keyOf, stands } from "./told";

/** What is kept for a start without the hub. */
const MOST_KEPT = 40;
const KEPT_EVERY_MS = 30_000;

type Kept = { at: number; orders: CityOrder[] };

export class Standing {
  /** All that were told; null: nothing was heard or kept yet. */
  all = $state.raw<CityOrder[] | null>(null);
  /** The hub is away: what is shown is as of then, by this device's clock. */
  away = $state(false);
  at = $state(0);

  /** Changes with what stands, and not with each second. */
  readonly #key = $derived.by(() => {
    const standing = (this.all ?? []).filter((order) => stands(order, now()));
    return standing.map((order) => `${keyOf(order)}:${order.confirmation ?? ""}`).join();
  });
  readonly shown = $derived.by(() => {
    void this.#key;
    return untrack(() => gravest((this.all ?? []).filter((order) => stands(order, now()))));
  });

  #keptAt = 0;

  /** `slot`: where it is kept; pages show different orders. */
  constructor(readonly slot: string) {}

  /** All there are. */
  put(orders: CityOrder[]): void {
    this.all = orders;
    this.#keptAt = 0;
    this.heard();
  }

  /** The hub is there, and what it told before is so still. */
  heard(): void {
    [this.away, this.at] = [false, here()];
    if (this.all === null || this.at - this.#keptAt < KEPT_EVERY_MS) return;
    this.#keptAt = this.at;
    const kept: Kept = { at: this.at, orders: gravest(this.all).slice(0, MOST_KEPT) };
    try {
      localStorage.setItem(this.slot, JSON.stringify(kept));
    } catch {
      // Full, or not allowed: then there is nothing without the hub.
    }
  }

  /** The hub is away: what was heard last stays, or what was kept. */
  lost(): void {
    this.away = true;
    if (this.all !== null) return;
    try {
      const kept = JSON.parse(localStorage.getItem(this.slot) ?? "null") as Kept | null;
      if (kept) [this.all, this.at] = [kept.orders, kept.at];
    } catch {
      // What cannot be read is not there.
    }
  }
}
