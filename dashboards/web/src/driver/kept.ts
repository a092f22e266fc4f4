// The last answer, kept by the browser for a start without the hub; and what it was an answer to.
import type { Place } from "../common/geo";
import type { Seen } from "../common/zone";
import type { Filters } from "./address";
import type { Nearby } from "./choices";

const SLOT = "bayhub.driver.last";
export const MOST_KEPT = 400;

export type Kept = {
  at: number;
  place: Place;
  /** What was asked; another question has another answer. */
  question: string;
  /** The place was named or pointed at, and is not just the city's middle. */
  chosen: boolean;
  name: string | null;
  nearby: Nearby;
  /** How far was looked, m. */
  reach: number;
  zones: Seen[];
};

/** What is asked of the hub, but for how far is looked: answers to the same are answers to each other. */
export function question(place: Place, filters: Filters): string {
  // As the address has it, so that a link asks the same as who made it.
  const { kind, accessible, ev, most, height, arrive } = filters;
  return JSON.stringify([place.lat.toFixed(5), place.lon.toFixed(5), kind, accessible, ev, most, height, arrive]);
}

export function keep(kept: Kept): void {
  try {
    localStorage.setItem(SLOT, JSON.stringify(kept));
  } catch {
    // Full, or not allowed: then there is nothing to show without the hub.
  }
}

export function kept(): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(SLOT) ?? "null") as Kept | null;
  } catch {
    // What cannot be read is not there.
    return null;
  }
}
