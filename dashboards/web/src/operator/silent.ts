// Where nothing is known of the city: zones of which nobody's word stands, the longest silent first.
import type { Seen } from "../common/zone";
import type { Box } from "../common/geo";

/** Never heard of first, then by how long ago. */
export function silent(zones: Iterable<Seen>): Seen[] {
  return [...zones].filter((z) => z.stale).sort((a, b) => (a.at ?? 0) - (b.at ?? 0) || a.id.localeCompare(b.id));
}

/** What holds all of them; null: there are none with a place. */
export function boxOf(zones: Iterable<Seen>): Box | null {
  const box = { west: Infinity, east: -Infinity, south: Infinity, north: -Infinity };
  for (const { lat, lon } of zones) {
    if (!Number.isFinite(lat) || !Number.isFinite(lon)) continue;
    box.west = Math.min(box.west, lon);
    box.east = Math.max(box.east, lon);
    box.south = Math.min(box.south, lat);
    box.north = Math.max(box.north, lat);
  }
  return box.west <= box.east ? box : null;
}
