// Faults of the registry as the map shows them: a disc at each place, with how many there are.
import type { Schemas } from "../common/client";
import type { Seen } from "../common/zone";
import type { Word } from "../words/words.svelte";

export type Fault = Schemas["RegistryFault"];

export const FAULTS: Record<Fault["kind"], Word> = {
  no_place: "operatorFaultNoPlace",
  stray_zone: "operatorFaultStrayZone",
  stray_part: "operatorFaultStrayPart",
  far_bay: "operatorFaultFarBay",
  bay_outside: "operatorFaultOutside",
  same_place: "operatorFaultSamePlace",
  zones_overlap: "operatorFaultOverlap",
  more_bays: "operatorFaultMoreBays",
  no_bay: "operatorFaultNoBay",
};

/** Discs of several places keep the colour of one: of so many times as much as they stand for. */
const MUCH = 20;

/** By which the map knows the place of a fault; null: it has none. */
export const placeOf = (fault: Fault): string | null =>
  fault.lat === null || fault.lon === null ? null : `${fault.lat},${fault.lon}`;

export function places(faults: Iterable<Fault>): Map<string, Seen> {
  const counts = new Map<string, number>();
  for (const fault of faults) {
    const id = placeOf(fault);
    if (id) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return new Map([...counts].map(([id, n]) => [id, disc(id, n)]));
}

function disc(id: string, n: number): Seen {
  const [lat, lon] = id.split(",").map(Number) as [number, number];
  const told = {
    capacity: n,
    closed: 0,
    stale: false,
    known_fraction: 1,
    occupancy: null,
    observed_at: null,
    kinds: {},
  };
  return {
    id,
    name: id,
    kind: "off_street",
    operator: "",
    lat,
    lon,
    capacity: n * MUCH,
    free: n,
    vacant: {},
    reserved: 0,
    meaning: "filling",
    stale: false,
    at: null,
    credit: null,
    told,
  };
}
