// Draws streets quietly, below all that the hub knows, and their names where nothing else has the room.
import type { Palette } from "../palette";
import type { Projection } from "./camera";
import type { Street } from "./streets";

/** From this zoom on there are streets, and from that on they are named. */
export const STREETS_FROM = 14;
const NAMES_FROM = 15.25;
/** A street of two lanes. */
const WIDE_M = 7;
const MOST_NAMES = 40;
/** The same name again only so far away. */
const APART_PX = 360;
/** A name goes along what bends less than this, radians. */
const STRAIGHT = 0.25;

/** What is taken on the screen: left, top, width, height. */
export type Area = [number, number, number, number];

type Pen = CanvasRenderingContext2D;
type Stretch = { ax: number; ay: number; bx: number; by: number };

export function meets(a: Area, b: Area): boolean {
  return a[0] < b[0] + b[2] && b[0] < a[0] + a[2] && a[1] < b[1] + b[3] && b[1] < a[1] + a[3];
}

export function drawStreets(pen: Pen, palette: Palette, p: Projection, streets: Street[]): void {
  const wide = Math.max(1.5, WIDE_M * p.perMetre);
  pen.beginPath();
  for (const { lines } of streets) {
    for (const line of lines) {
      for (let i = 0; i + 1 < line.length; i += 2) {
        const [x, y] = [p.x(line[i] ?? 0), p.y(line[i + 1] ?? 0)];
        if (i) pen.lineTo(x, y);
        else pen.moveTo(x, y);
      }
    }
  }
  pen.lineCap = "round";
  pen.lineJoin = "round";
  pen.strokeStyle = palette.kerb;
  pen.lineWidth = wide + 1.5;
  pen.stroke();
  pen.strokeStyle = palette.road;
  pen.lineWidth = wide;
  pen.stroke();
  pen.lineCap = "butt";
}

/** What of a line is as good as straight, on the screen. */
export function stretches(points: [number, number][]): Stretch[] {
  const all: Stretch[] = [];
  let from = 0;
  const heading = (i: number) => {
    const [a, b] = [points[i] as [number, number], points[i + 1] as [number, number]];
    return Math.atan2(b[1] - a[1], b[0] - a[0]);
  };
  const end = (to: number) => {
    const [a, b] = [points[from] as [number, number], points[to] as [number, number]];
    all.push({ ax: a[0], ay: a[1], bx: b[0], by: b[1] });
    from = to;
  };
  for (let i = 1; i + 1 < points.length; i++) {
    const bend = Math.abs(heading(i) - heading(from));
    if (Math.min(bend, 2 * Math.PI - bend) > STRAIGHT) end(i);
  }
  if (points.length > 1) end(points.length - 1);
  return all;
}

/** What of a stretch is on the screen; null: nothing. */
export function clipped(s: Stretch, width: number, height: number): Stretch | null {
  const [dx, dy] = [s.bx - s.ax, s.by - s.ay];
  let [first, last] = [0, 1];
  for (const [step, room] of [
    [-dx, s.ax],
    [dx, width - s.ax],
    [-dy, s.ay],
    [dy, height - s.ay],
  ] as [number, number][]) {
    if (step === 0) {
      if (room < 0) return null;
    } else if (step < 0) first = Math.max(first, room / step);
    else last = Math.min(last, room / step);
  }
  if (first >= last) return null;
  return { ax: s.ax + first * dx, ay: s.ay + first * dy, bx: s.ax + last * dx, by: s.ay + last * dy };
}

type Candidate = { name: string; at: Stretch; long: number };

function candidates(p: Projection, streets: Street[]): Candidate[] {
  const { width, height } = p.size;
  const all: Candidate[] = [];
  for (const { name, lines } of streets) {
    if (!name) continue;
    for (const line of lines) {
      const points: [number, number][] = [];
      for (let i = 0; i + 1 < line.length; i += 2) points.push([p.x(line[i] ?? 0), p.y(line[i + 1] ?? 0)]);
      for (const stretch of stretches(points)) {
        const at = clipped(stretch, width, height);
        if (at) all.push({ name, at, long: Math.hypot(at.bx - at.ax, at.by - at.ay) });
      }
    }
  }
  // A name less than some pixels long fits nowhere.
  return all.filter((c) => c.long > 40).sort((a, b) => b.long - a.long || (a.name < b.name ? -1 : 1));
}

/** Names along their streets; `taken` grows by what they take. */
export function nameStreets(pen: Pen, palette: Palette, p: Projection, streets: Street[], taken: Area[]): void {
  if (p.look.zoom < NAMES_FROM) return;
  pen.font = "11px system-ui, sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  pen.lineWidth = 3;
  pen.strokeStyle = palette.road;
  pen.fillStyle = palette.soft;
  const drawn: { name: string; x: number; y: number }[] = [];
  for (const { name, at, long } of candidates(p, streets)) {
    if (drawn.length >= MOST_NAMES) break;
    const wide = pen.measureText(name).width;
    if (wide + 16 > long) continue;
    const [ux, uy] = [(at.bx - at.ax) / long, (at.by - at.ay) / long];
    // In the middle, or where there is room beside it.
    for (const part of [0.5, 0.3, 0.7]) {
      const along = Math.min(long - wide / 2 - 8, Math.max(wide / 2 + 8, long * part));
      const [x, y] = [at.ax + ux * along, at.ay + uy * along];
      if (drawn.some((d) => d.name === name && Math.hypot(d.x - x, d.y - y) < APART_PX)) continue;
      const boxes: Area[] = [];
      const steps = Math.ceil(wide / 14);
      for (let i = 0; i <= steps; i++) {
        const off = (i / steps - 0.5) * wide;
        boxes.push([x + ux * off - 8, y + uy * off - 8, 16, 16]);
      }
      if (boxes.some((b) => taken.some((o) => meets(o, b)))) continue;
      taken.push(...boxes);
      drawn.push({ name, x, y });
      pen.save();
      pen.translate(x, y);
      // Never upside down.
      pen.rotate(ux < 0 ? Math.atan2(-uy, -ux) : Math.atan2(uy, ux));
      pen.strokeText(name, 0, 0);
      pen.fillText(name, 0, 0);
      pen.restore();
      break;
    }
  }
}
