// Where single bays are: of all calls that tell a box of them the NGSI-LD one says least besides.
import { ask, to, type Schemas } from "../client";
import type { Box, Place } from "../geo";

const PAGE = 1000;
/** What is seen from street level has fewer; a box that has more shows a part of them. */
const MOST_PAGES = 8;
const URN = "urn:ngsi-ld:ParkingSpot:";

type Spot = { id: string; location?: { coordinates: [lon: number, lat: number] } };

/** All public bays of a box, page by page. */
export async function* placesOfBays({ west, south, east, north }: Box): AsyncGenerator<[string, Place][]> {
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  for (let page = 0; page < MOST_PAGES; page++) {
    const path = to("/ngsi-ld/v1/entities", {
      type: "ParkingSpot",
      attrs: "location",
      options: "keyValues",
      georel: "within",
      geometry: "Polygon",
      coordinates: JSON.stringify([ring]),
      limit: PAGE,
      offset: page * PAGE,
    });
    const spots = await ask<Spot[]>(path);
    yield spots.flatMap(({ id, location }): [string, Place][] =>
      location && id.startsWith(URN)
        ? [[id.slice(URN.length), { lat: location.coordinates[1], lon: location.coordinates[0] }]]
        : [],
    );
    if (spots.length < PAGE) return;
  }
}

/** One bay's, private ones on offer too. */
export async function placeOfBay(bay: string): Promise<Place> {
  const { lat, lon } = await ask<Schemas["BayDetail"]>(`/v1/bays/${encodeURIComponent(bay)}`);
  return { lat, lon };
}
