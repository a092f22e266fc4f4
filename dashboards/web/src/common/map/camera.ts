// Where the map looks: a place, a zoom, and the size of the screen. Pure; the drawing and the fingers are elsewhere.
import { latOf, lonOf, worldX, worldY, type Box, type Place } from "../geo";

export type Look = { lat: number; lon: number; zoom: number };
export type Size = { width: number; height: number };

export const LEAST_ZOOM = 2;
export const MOST_ZOOM = 19.5;
/** The world's width at zoom 0, pixels: as MapLibre counts. */
const TILE = 512;

export const worldSize = (zoom: number): number => TILE * 2 ** zoom;

export type Projection = {
  look: Look;
  size: Size;
  /** A place on the screen. */
  x: (lon: number) => number;
  y: (lat: number) => number;
  /** The place under a point of the screen. */
  at: (x: number, y: number) => Place;
  /** Pixels a metre has. */
  perMetre: number;
};

export function projection(look: Look, size: Size): Projection {
  const world = worldSize(look.zoom);
  const [cx, cy] = [worldX(look.lon) * world, worldY(look.lat) * world];
  const [left, top] = [cx - size.width / 2, cy - size.height / 2];
  return {
    look,
    size,
    x: (lon) => worldX(lon) * world - left,
    y: (lat) => worldY(lat) * world - top,
    at: (x, y) => ({ lat: latOf((top + y) / world), lon: lonOf((left + x) / world) }),
    perMetre: world / (40_075_016.7 * Math.max(0.05, Math.cos((look.lat * Math.PI) / 180))),
  };
}

export function boxOf(p: Projection): Box {
  const [nw, se] = [p.at(0, 0), p.at(p.size.width, p.size.height)];
  return {
    west: Math.max(-180, nw.lon),
    south: Math.max(-90, se.lat),
    east: Math.min(180, se.lon),
    north: Math.min(90, nw.lat),
  };
}

const bounded = (zoom: number) => Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, zoom));

/** Moved by pixels: what lay under a finger stays there. */
export function moved(look: Look, size: Size, dx: number, dy: number): Look {
  const p = projection(look, size);
  return { ...p.at(size.width / 2 - dx, size.height / 2 - dy), zoom: look.zoom };
}

/** Zoomed, with the place under `x`, `y` where it was. */
export function zoomed(look: Look, size: Size, by: number, x: number, y: number): Look {
  const zoom = bounded(look.zoom + by);
  const fixed = projection(look, size).at(x, y);
  const then = projection({ ...look, zoom }, size);
  return moved({ ...look, zoom }, size, x - then.x(fixed.lon), y - then.y(fixed.lat));
}

/** All of a box, with room around it. */
export function fitting(box: Box, size: Size): Look {
  const [w, e] = [worldX(box.west), worldX(box.east)];
  const [n, s] = [worldY(box.north), worldY(box.south)];
  const room = (part: number, pixels: number) => Math.log2(Math.max(1, pixels - 64) / TILE / Math.max(part, 1e-7));
  const zoom = Math.min(room(e - w, size.width), room(s - n, size.height), 16);
  return { lat: latOf((n + s) / 2), lon: lonOf((w + e) / 2), zoom: bounded(zoom) };
}
