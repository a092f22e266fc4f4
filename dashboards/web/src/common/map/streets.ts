// Streets by squares of a fiftieth of a degree, as the hub cut them; each is asked for once, and only those that are
// looked at.
import type { Box } from "../geo";

const A_DEGREE = 50;
/** More squares than this are a whole city: there streets are hair. */
const MOST = 40;
/** What was looked at longest ago is forgotten. */
const KEPT = 240;

/** Of one square; each line is lon and lat by turns, in degrees. */
export type Street = { name: string; lines: number[][] };

/** `["Name", [lon, lat, further lon, further lat, ..], ..]`, in millionths of a degree. */
export type Told = [string, ...number[][]];

/** As they are drawn. */
export function unpacked([name, ...lines]: Told): Street {
  return { name, lines: lines.map(line) };
}

function line(steps: number[]): number[] {
  const at = [0, 0];
  return steps.map((step, i) => (at[i % 2] = (at[i % 2] ?? 0) + step) / 1e6);
}

/** The names of the squares in a box; none where they are too many. */
export function squares(box: Box): string[] {
  const [w, s] = [Math.floor(box.west * A_DEGREE), Math.floor(box.south * A_DEGREE)];
  const [e, n] = [Math.floor(box.east * A_DEGREE), Math.floor(box.north * A_DEGREE)];
  if ((e - w + 1) * (n - s + 1) > MOST) return [];
  const all: string[] = [];
  for (let x = w; x <= e; x++) for (let y = s; y <= n; y++) all.push(`${x}_${y}`);
  return all;
}

export class Streets {
  #squares = new Map<string, Street[] | null>();

  constructor(
    readonly folder: string,
    readonly changed: () => void,
  ) {}

  /** Those in a box that are here by now. */
  within(box: Box): Street[] {
    const found = squares(box).flatMap((name) => this.#square(name) ?? []);
    for (const name of this.#squares.keys()) {
      if (this.#squares.size <= KEPT) break;
      this.#squares.delete(name);
    }
    return found;
  }

  #square(name: string): Street[] | null {
    const had = this.#squares.get(name);
    if (had !== undefined) {
      // To the end: what was looked at last.
      this.#squares.delete(name);
      this.#squares.set(name, had);
      return had;
    }
    this.#squares.set(name, null);
    void fetch(`${this.folder}${name}.json`)
      .then((answer) => (answer.ok ? (answer.json() as Promise<Told[]>) : []))
      .then((told) => {
        this.#squares.set(name, told.map(unpacked));
        this.changed();
      })
      // Asked for again when it is needed again.
      .catch(() => this.#squares.delete(name));
    return null;
  }
}
