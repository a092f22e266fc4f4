// Draws what the hub knows over whatever ground there is: outlines, zones, single bays, and the chosen place. The same
// strokes with a base map and without.
import { radius, type Cluster } from "../clusters";
import type { Place } from "../geo";
import type { Palette } from "../palette";
import type { Meaning, SeenBay } from "../zone";
import type { Projection } from "./camera";
import { drawStreets, meets, nameStreets, type Area } from "./roads";
import type { Street } from "./streets";

export type Outline = { zone: string; rings: [number, number][][] };

export type Scene = {
  /** There is a base map below. */
  based: boolean;
  /** Rings of land: lon and lat by turns, in ten-thousandths of a degree. Null: not known yet. */
  land: number[][] | null;
  /** Below a base map of the operator's there are none. */
  streets: Street[];
  outlines: Outline[];
  clusters: Cluster[];
  bays: SeenBay[];
  place: Place | null;
  /** The zone that is chosen. */
  chosen: string | null;
  /** What is looked for lies within so many metres of the place. */
  reach: number;
  /** Nothing has been heard for a while. */
  old: boolean;
};

/** From this zoom on zones are named; a longer name is cut. */
const NAMES_FROM = 14.5;
const LONGEST = 36;

type Pen = CanvasRenderingContext2D;

export class Painter {
  #hatches = new Map<string, CanvasPattern | string>();

  constructor(
    readonly pen: Pen,
    readonly palette: Palette,
  ) {}

  paint(p: Projection, scene: Scene): void {
    const { pen } = this;
    pen.clearRect(0, 0, p.size.width, p.size.height);
    if (scene.land && !scene.based) this.#ground(p, scene.land);
    drawStreets(pen, this.palette, p, scene.streets);
    pen.globalAlpha = scene.old ? 0.5 : 1;
    this.#outlines(p, scene);
    if (scene.place) this.#around(p, scene.place, scene.reach);
    if (scene.bays.length > 0) this.#bays(p, scene);
    // Large ones first, so that none is hidden. Where single bays are seen the discs give way to them.
    else for (const c of [...scene.clusters].sort((a, b) => b.capacity - a.capacity)) this.#disc(p, c, scene.chosen);
    pen.globalAlpha = 1;
    const taken = this.#taken(p, scene);
    if (p.look.zoom >= NAMES_FROM) this.#names(p, scene, taken);
    nameStreets(pen, this.palette, p, scene.streets, taken);
    if (scene.place) this.#pin(p, scene.place, scene.bays.length > 0 ? [] : scene.clusters);
    this.#scale(p);
  }

  /** Where no names can be. */
  #taken(p: Projection, scene: Scene): Area[] {
    const taken: Area[] = [[0, p.size.height - 36, 110, 36]];
    if (scene.place) taken.push([p.x(scene.place.lon) - 14, p.y(scene.place.lat) - 34, 28, 36]);
    for (const c of scene.bays.length > 0 ? [] : scene.clusters) {
      const r = radius(c) + 3;
      taken.push([p.x(c.lon) - r, p.y(c.lat) - r, 2 * r, 2 * r]);
    }
    return taken;
  }

  /** Names of zones below their discs, where they find room. */
  #names(p: Projection, scene: Scene, taken: Area[]): void {
    const { pen, palette } = this;
    pen.font = "12px system-ui, sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "top";
    pen.lineJoin = "round";
    const alone = scene.clusters.filter((c) => c.zones.length === 1);
    for (const c of alone.sort((a, b) => b.capacity - a.capacity)) {
      const [zone] = c.zones;
      if (!zone) continue;
      const text = zone.name.length > LONGEST ? `${zone.name.slice(0, LONGEST - 1)}…` : zone.name;
      const wide = pen.measureText(text).width;
      const [x, y] = [p.x(c.lon), p.y(c.lat) + (scene.bays.length > 0 ? 8 : radius(c) + 5)];
      const own: Area = [x - wide / 2 - 3, y - 1, wide + 6, 15];
      if (taken.some((o) => meets(o, own)) || own[0] < 0 || own[0] + own[2] > p.size.width) continue;
      taken.push(own);
      pen.lineWidth = 3;
      pen.strokeStyle = palette.land;
      pen.strokeText(text, x, y);
      pen.fillStyle = palette.ink;
      pen.fillText(text, x, y);
    }
  }

  #ground(p: Projection, land: number[][]): void {
    const { pen, palette } = this;
    pen.fillStyle = palette.sea;
    pen.fillRect(0, 0, p.size.width, p.size.height);
    pen.fillStyle = palette.land;
    for (const ring of land) {
      pen.beginPath();
      for (let i = 0; i + 1 < ring.length; i += 2) {
        pen.lineTo(p.x((ring[i] ?? 0) / 1e4), p.y((ring[i + 1] ?? 0) / 1e4));
      }
      pen.fill();
    }
  }

  #outlines(p: Projection, scene: Scene): void {
    const { pen, palette } = this;
    for (const outline of scene.outlines) {
      pen.beginPath();
      for (const ring of outline.rings) {
        ring.forEach(([lon, lat], i) => (i ? pen.lineTo(p.x(lon), p.y(lat)) : pen.moveTo(p.x(lon), p.y(lat))));
        pen.closePath();
      }
      pen.fillStyle = palette.card;
      pen.globalAlpha *= 0.7;
      pen.fill("evenodd");
      pen.globalAlpha = scene.old ? 0.5 : 1;
      pen.lineWidth = outline.zone === scene.chosen ? 3 : 1.5;
      pen.strokeStyle = outline.zone === scene.chosen ? palette.accent : palette.line;
      pen.stroke();
    }
  }

  /** A colour, or what stands for it: hatched where nothing is known. */
  #fill(meaning: Meaning): string | CanvasPattern {
    if (meaning !== "unknown") return this.palette[meaning].fill;
    const had = this.#hatches.get("unknown");
    if (had) return had;
    const tile = document.createElement("canvas");
    [tile.width, tile.height] = [8, 8];
    const pen = tile.getContext("2d");
    if (!pen) return this.palette.unknown.fill;
    pen.fillStyle = this.palette.unknown.fill;
    pen.fillRect(0, 0, 8, 8);
    pen.strokeStyle = this.palette.hatch;
    pen.lineWidth = 1.6;
    pen.beginPath();
    for (const at of [-4, 4, 12]) {
      pen.moveTo(at - 5, 9);
      pen.lineTo(at + 5, -1);
    }
    pen.stroke();
    const pattern = this.pen.createPattern(tile, "repeat") ?? this.palette.unknown.fill;
    this.#hatches.set("unknown", pattern);
    return pattern;
  }

  #disc(p: Projection, c: Cluster, chosen: string | null): void {
    const { pen, palette } = this;
    const [x, y, r] = [p.x(c.lon), p.y(c.lat), radius(c)];
    if (x < -r || y < -r || x > p.size.width + r || y > p.size.height + r) return;
    pen.beginPath();
    pen.arc(x, y, r, 0, 7);
    pen.fillStyle = this.#fill(c.meaning);
    pen.fill();
    pen.lineWidth = 1.5;
    pen.strokeStyle = palette.card;
    pen.stroke();
    const isChosen = c.zones.some((z) => z.id === chosen);
    if (c.reserved || isChosen) {
      pen.beginPath();
      pen.arc(x, y, r + 2, 0, 7);
      pen.lineWidth = isChosen ? 4 : 3;
      pen.strokeStyle = isChosen ? palette.ink : palette.reserved;
      pen.stroke();
    }
    if (c.meaning === "closed") {
      pen.fillStyle = palette.closed.ink;
      pen.fillRect(x - r * 0.55, y - 2, r * 1.1, 4);
      return;
    }
    const text = c.meaning === "unknown" ? "?" : c.free > 999 ? `${Math.floor(c.free / 1000)}k` : String(c.free);
    const size = text.length > 2 ? 11 : 13;
    pen.font = `600 ${size}px system-ui, sans-serif`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillStyle = palette[c.meaning].ink;
    pen.fillText(text, x, y + 0.5);
  }

  #bays(p: Projection, scene: Scene): void {
    const { pen, palette } = this;
    // A bay is some 2.5 m wide; what is drawn can be hit by a finger's eye.
    const side = Math.min(16, Math.max(5, 3.2 * p.perMetre));
    for (const bay of scene.bays) {
      const [x, y] = [p.x(bay.lon), p.y(bay.lat)];
      if (x < -side || y < -side || x > p.size.width + side || y > p.size.height + side) continue;
      pen.fillStyle = this.#fill(bay.meaning);
      pen.fillRect(x - side / 2, y - side / 2, side, side);
      pen.lineWidth = bay.reserved ? 3 : bay.zone === scene.chosen ? 2 : 1;
      pen.strokeStyle = bay.reserved ? palette.reserved : bay.zone === scene.chosen ? palette.ink : palette.card;
      pen.strokeRect(x - side / 2, y - side / 2, side, side);
      if (bay.meaning === "closed") {
        pen.fillStyle = palette.closed.ink;
        pen.fillRect(x - side / 2 + 1, y - 1, side - 2, 2);
      }
    }
  }

  #around(p: Projection, place: Place, metres: number): void {
    const { pen, palette } = this;
    pen.beginPath();
    pen.arc(p.x(place.lon), p.y(place.lat), metres * p.perMetre, 0, 7);
    pen.setLineDash([6, 5]);
    pen.lineWidth = 1.5;
    pen.strokeStyle = palette.accent;
    pen.stroke();
    pen.setLineDash([]);
  }

  #pin(p: Projection, place: Place, clusters: Cluster[]): void {
    const { pen, palette } = this;
    const x = p.x(place.lon);
    // On a disc it stands on top, so that the number can be read.
    const under = clusters.find((c) => Math.hypot(p.x(c.lon) - x, p.y(c.lat) - p.y(place.lat)) < radius(c) * 0.8);
    const y = under ? p.y(under.lat) - radius(under) : p.y(place.lat);
    pen.beginPath();
    pen.moveTo(x, y);
    pen.bezierCurveTo(x - 3, y - 9, x - 10, y - 12, x - 10, y - 19);
    pen.arc(x, y - 19, 10, Math.PI, 0);
    pen.bezierCurveTo(x + 10, y - 12, x + 3, y - 9, x, y);
    pen.fillStyle = palette.ink;
    pen.fill();
    pen.lineWidth = 1.5;
    pen.strokeStyle = palette.card;
    pen.stroke();
    pen.beginPath();
    pen.arc(x, y - 19, 3.5, 0, 7);
    pen.fillStyle = palette.card;
    pen.fill();
  }

  #scale(p: Projection): void {
    const { pen, palette } = this;
    const steps = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000, 200_000, 1_000_000];
    const long = steps.find((m) => m * p.perMetre > 56) ?? 2_000_000;
    const [x, y] = [12, p.size.height - 12];
    pen.fillStyle = palette.card;
    pen.globalAlpha = 0.8;
    pen.fillRect(x - 6, y - 18, long * p.perMetre + 12, 24);
    pen.globalAlpha = 1;
    pen.strokeStyle = palette.ink;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.moveTo(x, y - 4);
    pen.lineTo(x, y);
    pen.lineTo(x + long * p.perMetre, y);
    pen.lineTo(x + long * p.perMetre, y - 4);
    pen.stroke();
    pen.fillStyle = palette.ink;
    pen.font = "11px system-ui, sans-serif";
    pen.textAlign = "left";
    pen.textBaseline = "alphabetic";
    pen.fillText(this.unit(long), x + 4, y - 5);
  }

  /** How a length is written; a page says it in its language. */
  unit: (metres: number) => string = (m) => `${m} m`;
}
