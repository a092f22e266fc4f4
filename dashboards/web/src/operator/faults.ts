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

/** Whose fault it is. */
export const nameOf = (fault: Fault): string => [fault.zone, fault.bay].filter((name) => name !== null).join(" · ");

export function places(faults: Iterable<Fault>): Map<string, Seen> {
  const at = new Map<string, Fault[]>();
  for (const fault of faults) {
    const id = placeOf(fault);
    if (id) at.set(id, [...(at.get(id) ?? []), fault]);
  }
  return new Map([...at].map(([id, [first, ...others]]) => [id, disc(id, first as Fault, 1 + others.length)]));
}

type Ring = [number, number][];
type Geometry = { type: string; coordinates: unknown };

/** A zone as the registry tells it: a point, a polygon or several. */
export type Feature = { properties: { id: string }; geometry: Geometry };

/** Outlines of those that have one. */
export function outlines(features: Iterable<Feature>): { zone: string; rings: Ring[] }[] {
  const ringsOf = ({ type, coordinates }: Geometry): Ring[] => {
    if (type === "Polygon") return coordinates as Ring[];
    return type === "MultiPolygon" ? (coordinates as Ring[][]).flat() : [];
  };
  const all = [...features].map((f) => ({ zone: f.properties.id, rings: ringsOf(f.geometry) }));
  return all.filter((one) => one.rings.length > 0);
}

function disc(id: string, first: Fault, n: number): Seen {
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
    name: nameOf(first),
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
    order: null,
    told,
  };
}
