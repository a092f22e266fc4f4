// How a choice is shown: one rule for the list and the sheet, and the map's and the table's colours.
import type { Meaning, Seen } from "../common/zone";
import type { Choice } from "./choices";

export type Shown = Meaning | "reserved";

export type When = {
  /** Nothing has been heard for a while. */
  old: boolean;
  /** The arrival is not now: then what counts is the likelihood on arrival. */
  later: boolean;
};

/** From here on an arrival finds room, and below this hardly. */
const LIKELY = 0.8;
const UNLIKELY = 0.3;
/** As on the map. */
const FEW = 2;

function onArrival(p: number | null): Shown {
  if (p === null) return "unknown";
  return p >= LIKELY ? "room" : p >= UNLIKELY ? "filling" : "full";
}

/** `zone`: what is known of its zone, if anything is. A guess is never `room`. */
export function shownAs(c: Choice, zone: Seen | null | undefined, { old, later }: When): Shown {
  if (old) return "unknown";
  if (c.free <= 0) return taken(c, zone);
  if (later) return onArrival(c.p);
  const said = zone?.meaning;
  if (c.shared) {
    // Its owner's word stands, whoever watches the rest of the zone; as one bay it is as easy to get as its zone's.
    if (said === "room" || said === "filling") return said;
    return c.bay || c.free > FEW ? "room" : "filling";
  }
  if (said === "unknown" || said === "closed") return said;
  if (said === "filling" || said === "full" || c.free <= FEW) return "filling";
  return "room";
}

/** It had room, or is known to have none. */
function taken(c: Choice, zone: Seen | null | undefined): Shown {
  if (c.shared && c.key.startsWith("bay:")) return "reserved";
  if (!zone) return "unknown";
  if (zone.meaning === "closed" || zone.meaning === "unknown") return zone.meaning;
  return zone.reserved > 0 ? "reserved" : "full";
}
