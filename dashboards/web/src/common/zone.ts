// What a zone's figures mean to who wants to park: never more than is known.
import type { Schemas } from "./client";
import { plain } from "./text";

export type Zone = Schemas["Zone"];
export type BayKind = Schemas["BayKind"];

/** How a zone or bay is shown. A guess is never shown as `room`. */
export type Meaning = "room" | "filling" | "full" | "unknown" | "closed";

/** A zone as pages keep it. */
export type Seen = {
  id: string;
  name: string;
  kind: Zone["kind"];
  operator: string;
  lat: number;
  lon: number;
  capacity: number;
  /** Vacant of the kind that is looked for. */
  free: number;
  vacant: Record<string, number>;
  reserved: number;
  meaning: Meaning;
  stale: boolean;
  at: number | null;
  credit: string | null;
  /** The gravest order of the authority that closes any of it. */
  order: string | null;
  /** What the meaning is made of, for another kind of vehicle. */
  told: Told;
};

type Told = Pick<Zone, "capacity" | "closed" | "stale" | "known_fraction" | "occupancy" | "observed_at"> & {
  kinds: Record<string, number>;
};

/** Below this share of known bays the rest is a guess. */
const LEAST_KNOWN = 0.5;
/** From here on it is getting full. */
const FILLING = 0.85;

/** What is said of so many vacant bays. */
export function meaningOf(zone: Told | Zone, free: number): Meaning {
  if (zone.capacity > 0 && zone.closed >= zone.capacity) return "closed";
  if (zone.stale) return "unknown";
  // A vacant bay that is seen is room, however little is known of the others.
  if (free > 0) return free <= 2 || (zone.occupancy ?? 0) >= FILLING ? "filling" : "room";
  // What its owner and its bookings say is known although nobody has observed it: a pool that is booked out is full.
  const known = zone.known_fraction ?? (zone.observed_at === null ? 0 : 1);
  return known < LEAST_KNOWN ? "unknown" : "full";
}

export function see(zone: Zone, kind: BayKind): Seen {
  const told: Told = {
    capacity: zone.capacity,
    closed: zone.closed,
    stale: zone.stale,
    known_fraction: zone.known_fraction,
    occupancy: zone.occupancy,
    observed_at: zone.observed_at,
    kinds: zone.capacity_by_kind as Record<string, number>,
  };
  const vacant = zone.vacant as Record<string, number>;
  const seen = {
    id: zone.zone,
    name: plain(zone.name) || zone.zone,
    kind: zone.kind,
    operator: zone.operator,
    lat: zone.lat,
    lon: zone.lon,
    vacant,
    reserved: zone.reserved,
    stale: zone.stale,
    at: zone.observed_at ? Date.parse(zone.observed_at) : null,
    credit: zone.attribution ?? null,
    // Not in the types before they are made anew.
    order: zone.order ?? null,
    told,
  };
  return { ...seen, ...forKind(told, vacant, kind) };
}

/** What depends on the vehicle. */
export function forKind(told: Told, vacant: Record<string, number>, kind: BayKind) {
  const free = vacant[kind] ?? 0;
  return { free, capacity: told.kinds[kind] ?? 0, meaning: meaningOf(told, free) };
}

/** How a bay's state is shown; reserved bays have a ring beside. */
export function meaningOfBay(state: Schemas["ShownState"]): Meaning {
  switch (state) {
    case "vacant":
      return "room";
    case "occupied":
    case "reserved":
      return "full";
    case "closed":
      return "closed";
    default:
      return "unknown";
  }
}

/** A bay as the map shows it. */
export type SeenBay = { id: string; zone: string; lat: number; lon: number; meaning: Meaning; reserved: boolean };

/** Whether there is anything to show of it: a private zone that offers nothing now is none to a stranger. */
export const isSeen = (zone: Seen): boolean => zone.told.capacity > 0 || zone.kind !== "private";
