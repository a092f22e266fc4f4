// Orders that a stream tells: first of all what stands, then each change. Handed on as all there are, so that what ended
// while nobody listened is not there any more.
import type { CityOrder } from "../orders/schema";
import { gravest } from "../orders/told";

/** What a stream has not told of orders by then it has none of. */
const FIRST_MS = 1_500;
/** More are not for one page; the gravest are. */
const MOST = 500;

export class Ordered {
  #all = new Map<string, CityOrder>();
  /** All that stands has been told. */
  #whole = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly told: (all: CityOrder[]) => void) {}

  /** A stream begins, or begins again: what was told before may be over. */
  begins(): void {
    clearTimeout(this.#timer);
    [this.#all, this.#whole] = [new Map(), false];
    this.#timer = setTimeout(() => this.whole(), FIRST_MS);
  }

  /** Something else was told, and orders come first. */
  whole(): void {
    if (this.#whole) return;
    clearTimeout(this.#timer);
    this.#whole = true;
    this.#tell();
  }

  /** The stream broke off: what it had not told by then may stand all the same. */
  breaks(): void {
    clearTimeout(this.#timer);
  }

  take(order: CityOrder): void {
    const had = this.#all.get(order.id);
    if (had && had.version > order.version) return;
    if (order.state === "ended") this.#all.delete(order.id);
    else this.#all.set(order.id, order);
    if (this.#whole) this.#tell();
  }

  /** All that there are, by asking. */
  put(orders: CityOrder[]): void {
    clearTimeout(this.#timer);
    this.#all = new Map(orders.map((order) => [order.id, order]));
    this.#whole = true;
    this.#tell();
  }

  #tell(): void {
    this.told(gravest([...this.#all.values()]).slice(0, MOST));
  }
}
