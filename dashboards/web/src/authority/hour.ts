// Zones as they were in one settled step, for the map: how many bays were vacant on average, and what that means.
import type { Meaning, Seen } from "../common/zone";
import type { Place } from "./authority.svelte";
import { LEAST_SEEN, type Row } from "./figures";

/** The rest of the time is what it was not full in. */
const MOSTLY = 0.5;
const FILLING = 0.85;

export function meaningOf(row: Row): Meaning {
  if (row.occupancy === null || (row.coverage ?? 0) < LEAST_SEEN) return "unknown";
  if ((row.full_fraction ?? 0) >= MOSTLY || row.occupancy >= 1) return "full";
  return row.occupancy >= FILLING ? "filling" : "room";
}

/** What was not told of is not known; a zone that is part of another is told by that. */
export function zonesAt(rows: Row[], places: Iterable<Place>): Map<string, Seen> {
  const by = new Map(rows.map((r) => [r.zone, r]));
  const found = new Map<string, Seen>();
  for (const place of places) {
    const row = by.get(place.id);
    if (!row && place.partOf !== null) continue;
    const free = row && row.occupancy !== null ? Math.round((1 - row.occupancy) * place.whole) : 0;
    found.set(place.id, {
      ...place,
      free,
      capacity: place.whole,
      reserved: 0,
      meaning: row ? meaningOf(row) : "unknown",
    });
  }
  return found;
}
