// The city as a page knows it: all zones that were told, the bays in view, and how old all that is. One worker a page.
import { contains, covers, grown, type Box } from "../geo";
import { forKind, type BayKind, type Seen, type SeenBay } from "../zone";
import type { CityOrder } from "../orders/schema";
import { setAhead } from "../now.svelte";
import type { News, Reach } from "./messages";
import { follow, type Follower } from "./start";

/** What is followed is larger than what is seen, so that a small move asks for nothing. */
const MARGIN = 0.5;
/** How long a move must have ended before another box is followed, ms. */
const CALM_MS = 350;

export class City {
  /** Changes whenever anything was told: what depends on zones looks at it. */
  version = $state(0);
  reach = $state<Reach | null>(null);
  refused = $state<string | null>(null);
  /** How many zones there are; null until that is known. */
  indexed = $state<number | null>(null);
  /** When anything was heard last, by this clock. */
  heard = $state(0);

  /** Orders of the authority that concern what is followed; null: not told yet. */
  orders = $state.raw<CityOrder[] | null>(null);

  readonly zones = new Map<string, Seen>();
  readonly bays = new Map<string, SeenBay>();
  /** Who wants to know of each zone that is told. */
  readonly watchers = new Set<(now: Seen, before: Seen | undefined) => void>();

  /** Who wants to know of zones that are followed by name. */
  readonly watched = new Set<(now: Seen) => void>();

  #follower: Follower;
  #followed: { box: Box; bays: boolean } | null = null;
  #timer = 0;
  #went = false;

  #kind: BayKind;

  constructor(kind: BayKind) {
    this.#kind = kind;
    this.#follower = follow(kind);
  }

  /** From now on, and what was told before. */
  hear(): void {
    this.#follower.hear((news) => this.#take(news));
  }

  /** The page has had its first look, and bears whatever else there is. */
  go(): void {
    if (this.#went) return;
    this.#went = true;
    this.#follower.wish({ type: "go", kind: this.#kind });
  }

  /** The map shows this box; `bays`: so near that single bays are seen. */
  look(box: Box, bays: boolean): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#follow(box, bays), this.#followed ? CALM_MS : 0);
  }

  use(kind: BayKind): void {
    if (kind === this.#kind) return;
    this.#kind = kind;
    for (const zone of this.zones.values()) Object.assign(zone, forKind(zone.told, zone.vacant, kind));
    this.version++;
    if (this.#followed) this.#follower.wish({ type: "follow", ...this.#followed, kind });
  }

  /** Follows these zones, wherever the map is. */
  watch(zones: string[]): void {
    this.#follower.wish({ type: "zones-too", zones, kind: this.#kind });
  }

  /** What is kept for a start without the hub. */
  put(zones: Seen[]): void {
    const more = zones.filter((zone) => !this.zones.has(zone.id));
    for (const zone of more) this.zones.set(zone.id, zone);
    if (more.length > 0) this.version++;
  }

  #follow(box: Box, bays: boolean): void {
    const had = this.#followed;
    // One that is much larger than what is seen costs the hub and the phone more than it must.
    const fits = had && covers(had.box, box) && box.east - box.west > (had.box.east - had.box.west) / 6;
    if (fits && had.bays === bays) return;
    const next = grown(box, MARGIN);
    this.#followed = { box: next, bays };
    for (const [id, bay] of this.bays) if (!bays || !contains(next, bay)) this.bays.delete(id);
    this.#follower.wish({ type: "follow", box: next, bays, kind: this.#kind });
  }

  #take(news: News): void {
    if (news.ahead !== undefined) setAhead(news.ahead);
    if (news.reach) this.reach = news.reach;
    if (news.reach !== "away") {
      this.heard = Date.now();
      if (news.refused === undefined) this.refused = null;
    }
    if (news.refused !== undefined) this.refused = news.refused;
    if (news.orders) this.orders = news.orders;
    if (news.anew) this.bays.clear();
    for (const zone of news.zones ?? []) {
      const before = this.zones.get(zone.id);
      this.zones.set(zone.id, zone);
      for (const watcher of this.watchers) watcher(zone, before);
    }
    for (const zone of news.watched ?? []) for (const watcher of this.watched) watcher(zone);
    for (const id of news.gone ?? []) this.zones.delete(id);
    for (const bay of news.bays ?? []) this.bays.set(bay.id, bay);
    for (const id of news.goneBays ?? []) this.bays.delete(id);
    if (news.indexed !== undefined) this.indexed = news.indexed;
    this.version++;
  }
}
