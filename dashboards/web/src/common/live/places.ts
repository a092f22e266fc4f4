// Where single bays are: of all calls that tell a box of them the NGSI-LD one says least besides.
import { ask, to, type Schemas } from "../client";
import { distance, type Box, type Place } from "../geo";

const PAGE = 1000;
/** What is seen from street level has fewer; a box that has more shows a part of them. */
const MOST_PAGES = 8;
/** Private bays on offer are no public ones: those that are nearest to the middle are found with what is vacant. */
const MOST_NEAR = 200;
const FARTHEST_M = 5000;
const URN = "urn:ngsi-ld:ParkingSpot:";

type Spot = { id: string; location?: { coordinates: [lon: number, lat: number] } };

async function near({ west, south, east, north }: Box): Promise<[string, Place][]> {
  const middle = { lat: (south + north) / 2, lon: (west + east) / 2 };
  const radius = Math.ceil(distance(middle, { lat: north, lon: east }));
  const path = to("/v1/bays/nearby", {
    lat: middle.lat.toFixed(6),
    lon: middle.lon.toFixed(6),
    radius_m: Math.min(FARTHEST_M, Math.max(1, radius)),
    limit: MOST_NEAR,
    include: "bays",
  });
  const { bays } = await ask<Schemas["Nearby"]>(path);
  return (bays ?? []).map(({ bay, lat, lon }) => [bay, { lat, lon }]);
}

/** All public bays of a box, and most that are on offer there, page by page. */
export async function* placesOfBays(box: Box): AsyncGenerator<[string, Place][]> {
  yield await near(box);
  const { west, south, east, north } = box;
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
