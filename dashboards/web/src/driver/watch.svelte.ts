// Zones that are watched until one bay frees, for as long as the page is open, wherever the map is.
import type { Seen } from "../common/zone";

export class Watch {
  /** By id, with the names. */
  zones = $state.raw<ReadonlyMap<string, string>>(new Map());
  /** Where one freed, newest last. */
  freed = $state.raw<readonly { zone: string; name: string }[]>([]);

  /** What was vacant when it was heard last, of each kind. */
  #vacant = new Map<string, Record<string, number>>();

  /** `follow`: has these zones followed, and no others. */
  constructor(readonly follow: (zones: string[]) => void) {}

  toggle(zone: string, name: string): void {
    const all = new Map(this.zones);
    if (!all.delete(zone)) all.set(zone, name);
    this.#vacant.delete(zone);
    this.zones = all;
    this.follow([...all.keys()]);
  }

  /** What is told of a zone; whether somebody waited for that. */
  hear(zone: Seen, kind: string): boolean {
    if (!this.zones.has(zone.id)) return false;
    const before = this.#vacant.get(zone.id);
    this.#vacant.set(zone.id, zone.vacant);
    if (!before || (before[kind] ?? 0) > 0 || (zone.vacant[kind] ?? 0) === 0) return false;
    this.freed = [...this.freed.filter((f) => f.zone !== zone.id), { zone: zone.id, name: zone.name }];
    this.toggle(zone.id, zone.name);
    return true;
  }

  read(zone: string): void {
    this.freed = this.freed.filter((f) => f.zone !== zone);
  }
}
