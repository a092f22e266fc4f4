// Zones of one neighbourhood as one disc, where single ones would lie on each other.
import type { Meaning, Seen } from "./zone";
import { worldX, worldY } from "./geo";

export type Cluster = {
  lat: number;
  lon: number;
  /** The zones in it; one: the zone itself. */
  zones: Seen[];
  free: number;
  capacity: number;
  reserved: boolean;
  meaning: Meaning;
};

/** Discs have at most this radius, so cells of twice that keep them apart. */
const CELL_PX = 64;
/** From this zoom on every zone is itself. */
export const SINGLE_FROM = 16;

/** Many zones' meaning: as good as the best that is known. */
function together(zones: Seen[]): Meaning {
  const open = zones.filter((z) => z.meaning !== "closed");
  if (open.length === 0) return "closed";
  const known = open.filter((z) => z.meaning !== "unknown");
  // One that is known among many that are not says little.
  if (known.length * 2 < open.length) return "unknown";
  const free = known.reduce((n, z) => n + z.free, 0);
  const capacity = known.reduce((n, z) => n + z.capacity, 0);
  if (free === 0) return "full";
  return free < capacity * 0.1 ? "filling" : "room";
}

/** Zones by cells of the screen at `zoom`; cells lie still while the map is moved. */
export function cluster(zones: Iterable<Seen>, zoom: number): Cluster[] {
  const step = Math.min(Math.floor(zoom), SINGLE_FROM);
  const cells = (512 * 2 ** step) / CELL_PX;
  const single = zoom >= SINGLE_FROM;
  const groups = new Map<string | number, Seen[]>();
  for (const zone of zones) {
    // At most 2^19 cells a side, so a number holds both.
    const key = single
      ? zone.id
      : Math.floor(worldX(zone.lon) * cells) * 2 ** 20 + Math.floor(worldY(zone.lat) * cells);
    const group = groups.get(key);
    if (group) group.push(zone);
    else groups.set(key, [zone]);
  }
  const all = [...groups.values()].map(of);
  return single ? all : parted(all, 512 * 2 ** step);
}

function of(group: Seen[]): Cluster {
  const sum = (of: (z: Seen) => number) => group.reduce((n, z) => n + of(z), 0);
  const [first] = group as [Seen];
  return {
    lat: sum((z) => z.lat) / group.length,
    lon: sum((z) => z.lon) / group.length,
    zones: group,
    free: sum((z) => z.free),
    capacity: sum((z) => z.capacity),
    reserved: group.some((z) => z.reserved > 0),
    meaning: group.length === 1 ? first.meaning : together(group),
  };
}

/** Discs of two cells may still lie on each other at their border: the smaller goes into the larger. */
function parted(all: Cluster[], world: number): Cluster[] {
  const apart: Cluster[] = [];
  for (const c of all.sort((a, b) => b.capacity - a.capacity)) {
    const near = apart.findIndex((o) => {
      const far = Math.hypot(worldX(o.lon) - worldX(c.lon), worldY(o.lat) - worldY(c.lat)) * world;
      return far < radius(o) + radius(c);
    });
    const met = apart[near];
    if (!met) apart.push(c);
    // Where the larger was, so that the others that keep clear of it still do.
    else apart[near] = { ...of([...met.zones, ...c.zones]), lat: met.lat, lon: met.lon };
  }
  return apart;
}

/** A disc's radius: its area grows with what it stands for. */
export function radius(c: Cluster): number {
  return Math.min(26, 9 + 1.4 * Math.sqrt(Math.sqrt(c.capacity) * 4));
}
