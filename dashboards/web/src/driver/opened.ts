// What an open sheet is of: a line of the list, one that was there a moment ago, or a zone by itself.
import { distance, type Place } from "../common/geo";
import type { Seen } from "../common/zone";
import type { Choice } from "./choices";

export type Around = {
  found: Choice[];
  beyond: Choice | null;
  /** What was open under this id, if it was the same. */
  last: Choice | null;
  zone: (id: string) => Seen | undefined;
  place: Place | null;
  /** The list is an answer to what is asked now. */
  answered: boolean;
  /** The figures of zones are those that are asked for: no filter is set. */
  plain: boolean;
};

export const isOf = (c: Choice, id: string): boolean => c.key === id || c.key === `zone:${id}`;

export function opened(id: string, around: Around): Choice | null {
  const { found, beyond, last, place } = around;
  const listed = found.find((c) => isOf(c, id));
  if (listed) return listed;
  if (beyond && (beyond.key === id || beyond.zone === id)) return beyond;
  if (last) return left(last, around);
  const zone = around.zone(id.replace(/^zone:/, ""));
  return zone ? ofSeen(zone, place) : null;
}

/** It is no line any more: whoever just took it, perhaps this driver, the sheet stays, with what is there now. */
function left(last: Choice, { zone, place, answered, plain }: Around): Choice {
  const away = place ? distance(place, last) : last.distance;
  if (!answered) return { ...last, distance: away };
  const own = last.key.startsWith("bay:") || !plain ? undefined : zone(last.zone);
  const gone = { ...last, distance: away, p: null, free: own?.free ?? 0 };
  return own ? { ...gone, of: own.capacity || last.of, at: own.at ?? last.at } : gone;
}

/** A zone without a line: full, not known, or too far away. */
function ofSeen(zone: Seen, place: Place | null): Choice {
  return {
    key: `zone:${zone.id}`,
    zone: zone.id,
    name: zone.name,
    lat: zone.lat,
    lon: zone.lon,
    distance: place ? distance(place, zone) : 0,
    free: zone.free,
    of: zone.capacity || null,
    p: null,
    prices: null,
    height: null,
    stay: null,
    at: zone.at,
    source: null,
    bay: null,
    shared: false,
    credit: zone.credit,
  };
}
