// Coasts for maps without a base map: Natural Earth's land (public domain, by the npm package world-atlas) in cells of
// five degrees, so that a page loads the cell that it looks at and not the world.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { feature } from "topojson-client";

const CELL = 5;
const DIGITS = 1e4;

/** @typedef {[number, number]} Point */

/**
 * Cuts a ring at one side of a cell (Sutherland and Hodgman).
 * @param {Point[]} ring
 * @param {0 | 1} axis
 * @param {number} at
 * @param {1 | -1} side
 * @returns {Point[]}
 */
function cut(ring, axis, at, side) {
  const out = /** @type {Point[]} */ ([]);
  const inside = (/** @type {Point} */ p) => (p[axis] - at) * side >= 0;
  for (let i = 0; i < ring.length; i++) {
    const a = /** @type {Point} */ (ring[i]);
    const b = /** @type {Point} */ (ring[(i + 1) % ring.length]);
    if (inside(a)) out.push(a);
    if (inside(a) === inside(b)) continue;
    const across = axis === 0 ? 1 : 0;
    const t = (at - a[axis]) / (b[axis] - a[axis]);
    const other = a[across] + t * (b[across] - a[across]);
    out.push(axis === 0 ? [at, other] : [other, at]);
  }
  return out;
}

/**
 * The piece of a ring between two lines; nothing where it has no area there.
 * @param {Point[]} ring
 * @param {0 | 1} axis
 * @param {number} from
 */
function strip(ring, axis, from) {
  const half = cut(ring, axis, from, 1);
  return half.length < 3 ? [] : cut(half, axis, from + CELL, -1);
}

/**
 * Where strips of a ring begin.
 * @param {Point[]} ring
 * @param {0 | 1} axis
 */
function starts(ring, axis) {
  let [low, high] = [Infinity, -Infinity];
  for (const p of ring) [low, high] = [Math.min(low, p[axis]), Math.max(high, p[axis])];
  const first = Math.floor(low / CELL) * CELL;
  return Array.from({ length: Math.max(0, Math.ceil((high - first) / CELL)) }, (_, n) => first + n * CELL);
}

/** Rings of land by cell: `"lon_lat"` of its south-west corner. */
export function cells() {
  const require = createRequire(import.meta.url);
  const atlas = JSON.parse(readFileSync(require.resolve("world-atlas/land-10m.json"), "utf8"));
  const land = /** @type {any} */ (feature(atlas, atlas.objects.land));
  const polygons = land.features.flatMap((/** @type {any} */ f) =>
    f.geometry.type === "Polygon" ? [f.geometry.coordinates] : f.geometry.coordinates,
  );
  /** @type {Map<string, number[][]>} */
  const found = new Map();
  for (const ring of polygons.flat()) {
    for (const w of starts(ring, 0)) {
      const column = strip(ring, 0, w);
      for (const s of starts(column, 1)) {
        const piece = strip(column, 1, s);
        if (piece.length < 3) continue;
        const flat = piece.flatMap((p) => [Math.round(p[0] * DIGITS), Math.round(p[1] * DIGITS)]);
        const key = `${w}_${s}`;
        found.set(key, [...(found.get(key) ?? []), flat]);
      }
    }
  }
  return found;
}

/** @returns {import("vite").Plugin} */
export function ground() {
  return {
    name: "ground",
    generateBundle() {
      if (this.environment?.name && this.environment.name !== "client") return;
      const all = cells();
      for (const [key, rings] of all) {
        this.emitFile({ type: "asset", fileName: `web/ground/${key}.json`, source: JSON.stringify(rings) });
      }
    },
    configureServer(server) {
      /** @type {Map<string, number[][]> | undefined} */
      let all;
      server.middlewares.use("/web/ground", (request, answer) => {
        all ??= cells();
        const key = (request.url ?? "").slice(1).replace(/\.json.*$/, "");
        answer.setHeader("content-type", "application/json");
        answer.end(JSON.stringify(all.get(key) ?? []));
      });
    },
  };
}
