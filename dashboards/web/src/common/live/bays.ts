// Single bays in view. The stream says how they are and not where: where is asked for once, by the box, and a bay is told
// once both are known.
import type { Schemas } from "../client";
import { covers, type Box, type Place } from "../geo";
import { meaningOfBay, type SeenBay } from "../zone";

/** An event `bay` of the stream, as `/v1/asyncapi.json` has it. */
export type BayEvent = {
  bay: string;
  zone: string;
  state?: Schemas["ShownState"];
  reserved?: boolean;
  /** It is not there any more, or not to be had. */
  gone?: boolean;
};

/** Who says where bays are. */
export type Where = {
  /** Those of a box, page by page. */
  inBox: (box: Box) => AsyncIterable<[bay: string, place: Place][]>;
  /** One by itself; null: nobody says. */
  one: (bay: string) => Promise<Place | null>;
};

/** So many that the box did not have (private ones on offer, new ones) are asked for by themselves, and so many at once. */
const MOST_ALONE = 60;
const AT_ONCE = 4;
/** More places are not kept. */
const MOST_KEPT = 40_000;

export class Bays {
  #places = new Map<string, Place>();
  /** Heard of, and not placed yet. */
  #waiting = new Map<string, BayEvent>();
  /** Asked for by themselves just now. */
  #asking = new Map<string, BayEvent>();
  /** Whose places are known, and whose are wanted. */
  #known: Box | null = null;
  #wanted: Box | null = null;
  #alone = 0;
  #left = MOST_ALONE;

  constructor(
    readonly where: Where,
    readonly told: (bay: SeenBay) => void,
    readonly gone: (bay: string) => void,
  ) {}

  /** What the stream says of one. */
  take(event: BayEvent): void {
    const { bay, gone } = event;
    if (gone) {
      this.#waiting.delete(bay);
      this.#asking.delete(bay);
      // One that comes back may be elsewhere.
      this.#places.delete(bay);
      this.gone(bay);
      return;
    }
    const place = this.#places.get(bay);
    if (place) this.#tell(event, place);
    else {
      this.#waiting.set(bay, event);
      if (this.#known && this.#known === this.#wanted) void this.#ask();
    }
  }

  /** Forgets what is not placed: the stream tells it all anew. */
  clear(): void {
    this.#waiting.clear();
    this.#asking.clear();
  }

  /** Learns where the bays of a box are; whether that is known now, or nobody wants it any more. */
  async look(box: Box): Promise<boolean> {
    this.#left = MOST_ALONE;
    if (this.#known && covers(this.#known, box)) {
      this.#wanted = this.#known;
      void this.#ask();
      return true;
    }
    if (this.#places.size > MOST_KEPT) this.#places.clear();
    this.#wanted = box;
    try {
      for await (const page of this.where.inBox(box)) {
        for (const [bay, place] of page) this.#put(bay, place);
        if (this.#wanted !== box) return true;
      }
    } catch {
      return this.#wanted !== box;
    }
    if (this.#wanted === box) this.#known = box;
    void this.#ask();
    return true;
  }

  #put(bay: string, place: Place): void {
    this.#places.set(bay, place);
    const event = this.#waiting.get(bay);
    if (event) this.#tell(event, place);
  }

  #tell({ bay: id, zone, state = "unknown", reserved }: BayEvent, { lat, lon }: Place): void {
    this.#waiting.delete(id);
    this.told({
      id,
      zone,
      lat,
      lon,
      meaning: meaningOfBay(state),
      reserved: reserved === true || state === "reserved",
    });
  }

  /** Those that no box has, one by one. */
  async #ask(): Promise<void> {
    while (this.#alone < AT_ONCE && this.#left > 0) {
      const [next] = this.#waiting;
      if (!next) return;
      const [bay, event] = next;
      // While it is asked for nobody else asks.
      this.#waiting.delete(bay);
      this.#asking.set(bay, event);
      [this.#alone, this.#left] = [this.#alone + 1, this.#left - 1];
      const place = await this.where.one(bay).catch(() => null);
      this.#alone--;
      // What came meanwhile is newer.
      const last = this.#waiting.get(bay) ?? this.#asking.get(bay);
      this.#asking.delete(bay);
      if (!place || !last) continue;
      this.#places.set(bay, place);
      this.#tell(last, place);
    }
  }
}
