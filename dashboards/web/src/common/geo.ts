// Places on the sphere, and the map's plane (Web Mercator, in units of the world's width).

export type Place = { lat: number; lon: number };
export type Box = { west: number; south: number; east: number; north: number };

const EARTH_M = 6_371_008.8;
const rad = (degrees: number) => (degrees * Math.PI) / 180;

/** As the crow flies, metres. */
export function distance(a: Place, b: Place): number {
  const lat = Math.sin(rad(b.lat - a.lat) / 2);
  const lon = Math.sin(rad(b.lon - a.lon) / 2);
  const h = lat * lat + Math.cos(rad(a.lat)) * Math.cos(rad(b.lat)) * lon * lon;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Streets lead round corners: so much longer than the crow's way, and 80 m a minute. */
const DETOUR = 1.3;
const PACE_M_A_MIN = 80;

/** Minutes on foot, at least one. */
export function walk(metres: number): number {
  return Math.max(1, Math.round((metres * DETOUR) / PACE_M_A_MIN));
}

export const worldX = (lon: number): number => (lon + 180) / 360;

export function worldY(lat: number): number {
  const sin = Math.sin(rad(Math.max(-85, Math.min(85, lat))));
  return 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI);
}

export const lonOf = (x: number): number => x * 360 - 180;
export const latOf = (y: number): number => (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;

export function contains(box: Box, p: Place): boolean {
  return p.lon >= box.west && p.lon <= box.east && p.lat >= box.south && p.lat <= box.north;
}

/** The box, larger by `part` of its size on each side, within the world. */
export function grown(box: Box, part: number): Box {
  const lon = (box.east - box.west) * part;
  const lat = (box.north - box.south) * part;
  return {
    west: Math.max(-180, box.west - lon),
    south: Math.max(-90, box.south - lat),
    east: Math.min(180, box.east + lon),
    north: Math.min(90, box.north + lat),
  };
}

export function covers(outer: Box, inner: Box): boolean {
  return (
    outer.west <= inner.west && outer.east >= inner.east && outer.south <= inner.south && outer.north >= inner.north
  );
}

/** Around a place, so many metres to each side. */
export function around(p: Place, metres: number): Box {
  const lat = metres / 111_195;
  const lon = lat / Math.max(0.05, Math.cos(rad(p.lat)));
  return { west: p.lon - lon, south: p.lat - lat, east: p.lon + lon, north: p.lat + lat };
}

/** As the API takes it. */
export const boxText = (b: Box): string => [b.west, b.south, b.east, b.north].map((n) => n.toFixed(5)).join(",");

/** `1.33430,103.85630` as people copy it from other maps. */
export function readPlace(text: string): Place | null {
  const found = /^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,，\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/.exec(text);
  if (!found) return null;
  const p = { lat: Number(found[1]), lon: Number(found[2]) };
  return Math.abs(p.lat) <= 90 && Math.abs(p.lon) <= 180 ? p : null;
}
