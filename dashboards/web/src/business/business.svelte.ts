// What the page for sharing businesses knows: own bays, offers, bookings on them, and the money.
import { ask, to, type Schemas } from "../common/client";
import { KeyRing } from "../common/keys.svelte";
import { Loaded } from "../common/loaded.svelte";
import { hubNow, now } from "../common/now.svelte";
import { placeOfDevice } from "../common/zoned";
import { daysBack, isStanding, isWeekly, monthOf, type Booking, type Offer, type Weekly } from "./hours";

export type Bay = Schemas["OwnedBay"];
export type Month = { month: string; totals: Schemas["SettlementTotal"][] };
export type Utilisation = Schemas["Utilisation"];

/** Bookings that began longer ago are of no week that is shown first. */
const BACK_MS = 32 * 86_400_000;
/** Offers whose use is added up; each is a call. */
export const MOST_USED = 30;
const SEEN_MONTHS = 6;
const USE_DAYS = 7;
const AT_ONCE = 4;

export class Business {
  readonly ring = new KeyRing("share");
  readonly bays = new Loaded<Bay[]>(
    () => this.#walk<Bay>("/v1/partners/me/bays", "bays"),
    () => this.ring.refuse(),
  );
  readonly offers = new Loaded<Offer[]>(
    () => this.#walk<Offer>("/v1/offers", "offers"),
    () => this.ring.refuse(),
  );
  readonly bookings = new Loaded<Booking[]>(
    () => this.#bookings(),
    () => this.ring.refuse(),
  );
  readonly money = new Loaded<Schemas["Settlement"]>(
    () => this.#settlement(),
    () => this.ring.refuse(),
  );
  readonly use = new Loaded<Utilisation[]>(
    () => this.#use(),
    () => this.ring.refuse(),
  );
  readonly months = new Loaded<Month[]>(
    () => this.#months(),
    () => this.ring.refuse(),
  );
  /** The month whose money is looked at; null: the one that it is. */
  chosen = $state<string | null>(null);
  /** The offer that is edited. */
  open = $state<string | null>(null);
  /** Its hours as they are edited, in the list or in the week; null: as the offer has them. */
  edited = $state.raw<Weekly[] | null>(null);
  /** What was done last, in a sentence. */
  done = $state<string | null>(null);

  readonly standing = $derived((this.offers.value ?? []).filter(isStanding));
  /** Times are told by the clock of the offers: the first one's, if they differ. */
  readonly zone = $derived(this.standing[0]?.time_zone ?? placeOfDevice());
  readonly month = $derived(this.chosen ?? monthOf(now(), this.zone));
  /** In which zone each bay lies. */
  readonly zones = $derived(new Map((this.bays.value ?? []).map((b) => [b.bay, b.zone])));
  readonly names = $derived(new Map((this.bays.value ?? []).map((b) => [b.zone, b.zone_name || b.zone])));

  get key(): string | null {
    return this.ring.held?.key ?? null;
  }

  /** A zone as it is called; what a booking or an offer is of. */
  zoneName = (zone: string | null | undefined): string => (zone ? (this.names.get(zone) ?? zone) : "");
  zoneOf = (bay: string): string => this.zoneName(this.zones.get(bay));
  placeName = (of: { bay?: string | null; zone?: string | null }): string => {
    const zone = this.zoneName(of.zone ?? (of.bay ? this.zones.get(of.bay) : null));
    return of.bay ? (zone ? `${of.bay} · ${zone}` : of.bay) : zone;
  };

  async load(): Promise<void> {
    // Which month it is, and which days, is told by the clock of the offers.
    await this.again();
    await Promise.all([this.money.load(), this.use.load(), this.months.load()]);
  }

  /** What changes by itself. */
  async again(): Promise<void> {
    await Promise.all([this.bays.load(), this.offers.load(), this.bookings.load()]);
  }

  forget(): void {
    for (const one of [this.bays, this.offers, this.bookings, this.money, this.use, this.months]) one.clear();
    this.edit(null);
    this.done = null;
  }

  /** Opens an offer, with hours that were dragged; null: what was not saved is dropped. */
  edit(offer: string | null, weekly: Weekly[] | null = null): void {
    [this.open, this.edited] = [offer, weekly];
  }

  hoursOf = (o: Offer): Weekly[] => (o.id === this.open && this.edited) || o.windows.filter(isWeekly);

  change(offer: string, body: Schemas["OfferChanges"], preview: boolean): Promise<Schemas["ChangedOffer"]> {
    const path = to(`/v1/offers/${encodeURIComponent(offer)}`, { preview: preview || null });
    return ask(path, { key: this.key, method: "PATCH", body });
  }

  withdraw(offer: string): Promise<void> {
    return ask(`/v1/offers/${encodeURIComponent(offer)}`, { key: this.key, method: "DELETE" });
  }

  offer(body: Schemas["OfferAsked"]): Promise<Offer> {
    return ask("/v1/offers", { key: this.key, body });
  }

  giveUp(b: Booking): Promise<void> {
    const path = `/v1/offers/${encodeURIComponent(b.offer ?? "")}/reservations/${encodeURIComponent(b.id)}/cancel`;
    return ask(path, { key: this.key, body: {} });
  }

  /** The hub's own CSV of the month. */
  get csv(): string {
    return to("/v1/partners/me/settlement", { month: this.month, role: "owner", limit: 10_000 });
  }

  async #walk<T>(path: string, member: string, more: Record<string, string> = {}): Promise<T[]> {
    const all: T[] = [];
    let next: string | null = null;
    do {
      const page: Record<string, unknown> = await ask(to(path, { ...more, limit: 1000, cursor: next }), {
        key: this.key,
      });
      all.push(...((page[member] ?? []) as T[]));
      next = (page.next as string | null | undefined) ?? null;
    } while (next && all.length < 20_000);
    return all;
  }

  /** Those of the last month and ahead; and who is there, whenever it began: stays by the month are long. */
  async #bookings(): Promise<Booking[]> {
    const path = "/v1/partners/me/reservations";
    const from = new Date((await hubNow()) - BACK_MS).toISOString();
    const [late, there] = await Promise.all([
      this.#walk<Booking>(path, "reservations", { from }),
      this.#walk<Booking>(path, "reservations", { state: "active" }),
    ]);
    const known = new Set(late.map((b) => b.id));
    return [...there.filter((b) => !known.has(b.id)), ...late];
  }

  async #settlement(): Promise<Schemas["Settlement"]> {
    const month = this.month;
    const path = (cursor: string | null) =>
      to("/v1/partners/me/settlement", { month, role: "owner", limit: 10_000, cursor });
    const all: Schemas["Settlement"] = await ask(path(null), { key: this.key });
    while (all.next && all.rows.length < 50_000) {
      const more: Schemas["Settlement"] = await ask(path(all.next), { key: this.key });
      all.rows.push(...more.rows);
      all.next = more.next;
    }
    return all;
  }

  /** What the last months came to; totals stand on each page, so the shortest will do. */
  #months(): Promise<Month[]> {
    const last = Array.from({ length: SEEN_MONTHS }, (_, n) => monthOf(now(), this.zone, n));
    return Promise.all(
      last.map(async (month) => {
        const path = to("/v1/partners/me/settlement", { month, role: "owner", limit: 1 });
        const page: Schemas["Settlement"] = await ask(path, { key: this.key });
        return { month, totals: page.totals };
      }),
    );
  }

  async #use(): Promise<Utilisation[]> {
    const wanted = this.standing.slice(0, MOST_USED);
    const found: Utilisation[] = [];
    const worker = async () => {
      for (let o = wanted.shift(); o !== undefined; o = wanted.shift()) {
        // The hub tells whole days: seven times 24 hours would be parts of eight.
        const from = new Date(daysBack(now(), o.time_zone, USE_DAYS)).toISOString();
        found.push(await ask(to(`/v1/offers/${encodeURIComponent(o.id)}/utilisation`, { from }), { key: this.key }));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return found;
  }
}
