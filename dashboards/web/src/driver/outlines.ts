// Outlines of the zones in a box, as the registry has them.
import { to } from "../common/client";
import type { Outline } from "../common/map/painter";

type Rings = Outline["rings"];
type Feature = {
  geometry:
    { type: "Polygon"; coordinates: Rings } | { type: "MultiPolygon"; coordinates: Rings[] } | { type: "Point" };
  properties: { zone: string };
};

/** None where the hub does not say. */
export async function outlinesIn(box: string): Promise<Outline[] | null> {
  const answer = await fetch(to("/v1/zones", { bbox: box, limit: 1000 }), {
    headers: { accept: "application/geo+json" },
  }).catch(() => null);
  if (!answer?.ok) return null;
  const { features } = (await answer.json()) as { features: Feature[] };
  return features.flatMap(({ geometry, properties: { zone } }) => {
    if (geometry.type === "Point") return [];
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    return polygons.map((rings) => ({ zone, rings }));
  });
}
