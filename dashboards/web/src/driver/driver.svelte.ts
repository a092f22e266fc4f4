// The driver's page, without its looks: where is looked, what was found there, and what the address bar says of it.
import { untrack } from "svelte";
import { ask, Refusal, to } from "../common/client";
import { around, contains, type Place } from "../common/geo";
import { City } from "../common/live/city.svelte";
import { now, setAhead } from "../common/now.svelte";
import type { Outline } from "../common/map/painter";
import type { Seen } from "../common/zone";
import {
  chooseLanguage,
  entitle,
  firstLanguage,
  keepLanguage,
  language,
  t,
  type Language,
} from "../words/words.svelte";
import { read, write, type Address, type Filters, type Part } from "./address";
import { choices, middle, next, withZone, type Choice, type Nearby } from "./choices";
import { keep, kept, MOST_KEPT, question } from "./kept";
import { isOf, opened } from "./opened";
import { Ordered } from "./ordered.svelte";
import { outlinesIn } from "./outlines";
import { Watch } from "./watch.svelte";

/** How far is looked: farther where there is little to choose from. */
const REACHES_M = [500, 1000, 2000];
const ENOUGH = 4;
/** Asked again so often at most while zones near by change, and so often at least. */
const SOON_MS = 2_000;
const ANYWAY_MS = 15_000;
/** Older than this nothing is shown as room, and the page says how old it is. */
const OLD_MS = 30_000;
const STREET_ZOOM = 15.5;

export class Driver {
  address = $state.raw<Address>(read(location.search));
  readonly city = new City(this.address.filters.kind);
  look = $state({ lat: 0, lon: 0, zoom: 3 });
  /** Where is looked: what was chosen, else the middle of the city. */
  place = $state.raw<Place | null>(null);
  /** The answer to what is asked, and to nothing else: null until it is there. */
  nearby = $state.raw<Nearby | null>(null);
  /** When anything was told last, by the hub's clock. */
  toldAt = $state(0);
  refused = $state<string | null>(null);
  away = $state(false);
  locating = $state(false);
  locateFailed = $state<string | null>(null);
  outlines = $state.raw<Outline[]>([]);
  readonly ordered = new Ordered(this.city);
  readonly watch = new Watch((zones) => this.city.watch(zones));

  reach = $state(500);

  readonly old = $derived(this.away || (this.toldAt > 0 && now() - this.toldAt > OLD_MS));
  readonly later = $derived(this.address.filters.arrive > 0);
  readonly found = $derived.by(() => {
    void this.city.version;
    const all = this.nearby ? choices(this.nearby, this.later) : [];
    return this.#isPlain() ? all.map((c) => withZone(c, this.city.zones.get(c.zone))) : all;
  });
  readonly beyond = $derived(this.nearby ? next(this.nearby, this.later) : null);
  readonly open = $derived.by<Choice | null>(() => this.#opened());

  /** What `nearby` is the answer to. */
  #answered = "";
  #asked = 0;
  #timer = 0;
  /** The map was put where it is by the page, not by the reader. */
  #isOurZoom = false;
  /** How far is looked next, nearest first. */
  #reaches = REACHES_M;
  #abort: AbortController | null = null;
  #outlined = "";
  #last: { id: string; choice: Choice } | null = null;

  constructor() {
    entitle("title");
    const near = this.address.near;
    if (near) {
      this.#goTo(near, this.address.zoom ?? STREET_ZOOM);
    } else void this.#locateIfAllowed();
    this.city.watchers.add((zone, before) => this.#heard(zone, before));
    this.city.watched.add((zone) => {
      if (this.watch.hear(zone, this.address.filters.kind)) navigator.vibrate?.(200);
    });
    this.city.hear();
    addEventListener("popstate", () => this.#back());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.soon(0);
    });
    addEventListener("online", () => this.soon(0));
  }

  /** The first look, once there are zones to look at. */
  begin(): void {
    if (this.place) {
      // The stream ends before the next look is due: whether the hub is away is asked at once.
      if (this.city.reach === "away" && !untrack(() => this.away)) this.soon(SOON_MS);
      return;
    }
    const zones = [...this.city.zones.values()];
    const at = middle(zones);
    if (at) {
      this.#isOurZoom = true;
      this.#goTo(at, STREET_ZOOM - 0.5);
      // The first look waits for nothing, not for the map either.
      this.soon(null);
    } else if (this.city.reach === "away" && !this.nearby) {
      this.#fromKept();
      if (this.place) this.soon(SOON_MS);
    }
  }

  setLanguage(chosen: Language): void {
    keepLanguage(chosen);
    this.#say({ language: this.address.language ? chosen : null }, false);
  }

  filter(change: Partial<Filters>): void {
    const filters = { ...this.address.filters, ...change };
    this.#say({ filters }, false);
    this.city.use(filters.kind);
    this.#anew();
  }

  /** Looks at a place; `zone`: it was chosen there, and its sheet opens. */
  choose(place: Place, name: string | null, zone: string | null): void {
    this.#say({ near: place, name, open: zone, part: null }, true);
    this.place = place;
    this.#anew();
  }

  /** The same from far away: the map goes there. */
  visit(place: Place, name: string | null, zone: string | null): void {
    this.#goTo(place, Math.max(STREET_ZOOM, this.look.zoom));
    this.choose(place, name, zone);
  }

  show(zone: string | null, part: Part | null = null): void {
    this.#say({ open: zone, part }, true);
  }

  whole(size: (box: { west: number; south: number; east: number; north: number }) => typeof this.look): void {
    const zones = [...this.city.zones.values()];
    if (zones.length === 0) return;
    // `reduce` hands on four arguments: `Math.min` by itself would take them all.
    const all = (of: (z: Seen) => number, most: (a: number, b: number) => number) =>
      zones.map(of).reduce((a, b) => most(a, b));
    this.look = size({
      west: all((z) => z.lon, Math.min),
      east: all((z) => z.lon, Math.max),
      south: all((z) => z.lat, Math.min),
      north: all((z) => z.lat, Math.max),
    });
  }

  /** The map was moved: the address follows, without a step back for each move. */
  looked(zoom: number): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#say({ zoom }, false), 400);
  }

  locate(): void {
    if (!("geolocation" in navigator)) {
      this.locateFailed = t("locateNone");
      return;
    }
    [this.locating, this.locateFailed] = [true, null];
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        this.locating = false;
        this.visit({ lat: coords.latitude, lon: coords.longitude }, t("here"), null);
      },
      (e) => {
        this.locating = false;
        this.locateFailed = e.code === e.PERMISSION_DENIED ? t("locateDenied") : t("locateNone");
      },
      { timeout: 10_000, maximumAge: 60_000 },
    );
  }

  /** Asks what is near, after so many ms; null: at once. */
  soon(ms: number | null): void {
    clearTimeout(this.#asked);
    if (ms === null) void untrack(() => this.#ask());
    else this.#asked = window.setTimeout(() => void this.#ask(), ms);
  }

  async outline(box: string, near: boolean): Promise<void> {
    if (!near || box === this.#outlined) return;
    this.#outlined = box;
    this.outlines = (await outlinesIn(box)) ?? this.outlines;
  }

  /** Another question: near first. What was found for the one before is none of its answer, and not shown as one. */
  #anew(): void {
    const { place } = this;
    if (!place || question(place, this.address.filters) !== this.#answered) {
      this.#abort?.abort();
      [this.nearby, this.#answered, this.refused] = [null, "", null];
      this.#reaches = REACHES_M;
      this.reach = REACHES_M[0] ?? 500;
    }
    this.soon(0);
  }

  #goTo(place: Place, zoom: number): void {
    this.place = place;
    this.look = { ...place, zoom };
    this.#anew();
  }

  async #locateIfAllowed(): Promise<void> {
    const allowed = await navigator.permissions?.query({ name: "geolocation" }).catch(() => null);
    if (allowed?.state === "granted" && !this.place) this.locate();
  }

  /** Nothing but the kind of vehicle is asked for: then a zone's figures are those of the list. */
  #isPlain(): boolean {
    const f = this.address.filters;
    return !this.later && !f.accessible && !f.ev && f.most === null && f.height === null;
  }

  #say(change: Partial<Address>, step: boolean): void {
    this.address = { ...this.address, zoom: this.look.zoom, ...change };
    const url = write(this.address);
    if (url === location.search) return;
    if (step) history.pushState(null, "", url);
    else history.replaceState(null, "", url);
  }

  #back(): void {
    const before = this.address;
    this.address = read(location.search);
    this.city.use(this.address.filters.kind);
    if (this.address.language && this.address.language !== language()) {
      void chooseLanguage(firstLanguage(this.address.language));
    }
    const near = this.address.near;
    const moved = near && (near.lat !== before.near?.lat || near.lon !== before.near?.lon);
    if (near && moved) this.#goTo(near, this.address.zoom ?? this.look.zoom);
    else if (!near && before.near) {
      this.place = null;
      this.#anew();
      this.begin();
    } else this.#anew();
  }

  #heard(zone: Seen, before: Seen | undefined): void {
    const place = this.place;
    const changed = before && before.free !== zone.free;
    if (place && changed && contains(around(place, this.reach), zone)) this.soon(SOON_MS);
  }

  async #ask(): Promise<void> {
    const place = this.place;
    if (!place) return;
    this.#abort?.abort();
    const abort = (this.#abort = new AbortController());
    const f = this.address.filters;
    const asked = question(place, f);
    const reach = this.#reaches[0] ?? 500;
    const path = to("/v1/bays/nearby", {
      lat: place.lat.toFixed(6),
      lon: place.lon.toFixed(6),
      radius_m: reach,
      limit: 100,
      include: "all",
      kind: f.kind,
      accessible: f.accessible || null,
      ev_charging: f.ev || null,
      min_height_cm: f.height,
      max_price_cents_per_hour: f.most,
      arrive_at: f.arrive ? new Date(now() + f.arrive * 60_000).toISOString() : null,
    });
    try {
      const told = await ask<Nearby>(path, { signal: abort.signal });
      if (abort.signal.aborted) return;
      [this.nearby, this.#answered, this.toldAt] = [told, asked, Date.parse(told.at)];
      [this.refused, this.away] = [null, false];
      this.reach = reach;
      setAhead(this.toldAt - Date.now());
      if (this.found.length < ENOUGH && this.#reaches.length > 1) {
        this.#reaches = this.#reaches.slice(1);
        // What is found farther away is to be seen as well, where nobody said how near to look.
        if (this.#isOurZoom) this.look = { ...this.look, zoom: this.look.zoom - 0.8 };
        this.soon(0);
        return;
      }
      this.#isOurZoom = false;
      this.#keep(place, asked, told);
    } catch (e) {
      if (abort.signal.aborted) return;
      if (e instanceof Refusal && !e.unreachable) this.refused = e.message;
      else {
        this.away = true;
        if (!this.nearby) this.#fromKept();
      }
    }
    this.city.go();
    this.soon(this.away ? SOON_MS * 2 : ANYWAY_MS);
  }

  #keep(place: Place, asked: string, nearby: Nearby): void {
    const near = around(place, 2_000);
    const zones = [...this.city.zones.values()].filter((z) => contains(near, z)).slice(0, MOST_KEPT);
    const { name, near: chosen } = this.address;
    keep({ at: this.toldAt, place, question: asked, chosen: chosen !== null, name, nearby, reach: this.reach, zones });
  }

  /** What was kept, if it answers what is asked: another place's list is not this one's. */
  #fromKept(): void {
    this.away = true;
    const had = kept();
    if (!had?.question) return;
    this.city.put(had.zones);
    const asked = question(this.place ?? had.place, this.address.filters);
    if (asked !== had.question) return;
    if (!this.place) {
      this.place = had.place;
      this.look = { ...had.place, zoom: STREET_ZOOM };
      if (had.chosen) this.#say({ near: had.place, name: had.name }, false);
    }
    [this.nearby, this.#answered, this.toldAt] = [had.nearby, asked, had.at];
    this.reach = had.reach;
  }

  #opened(): Choice | null {
    const id = this.address.open;
    if (!id) return null;
    void this.city.version;
    const choice = opened(id, {
      found: this.found,
      beyond: this.beyond,
      last: this.#last?.id === id ? this.#last.choice : null,
      zone: (zone) => this.city.zones.get(zone),
      place: this.place,
      answered: this.nearby !== null,
      plain: this.#isPlain(),
    });
    const listed = choice && this.found.find((c) => isOf(c, id));
    if (listed) this.#last = { id, choice: listed };
    return choice;
  }
}
