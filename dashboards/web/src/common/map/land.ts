// Coasts by cells of five degrees, as the build cut them; each is asked for once.
import type { Box } from "../geo";

const CELL = 5;
/** More cells than this are the world: there the coast is no ground to park on. */
const MOST = 24;

export class Land {
  #cells = new Map<string, number[][] | null>();

  constructor(readonly changed: () => void) {}

  /** The rings in a box; null while some are on their way, and of the world. */
  rings(box: Box): number[][] | null {
    const found: number[][] = [];
    let whole = true;
    const [w, s] = [Math.floor(box.west / CELL), Math.floor(box.south / CELL)];
    const [e, n] = [Math.floor(box.east / CELL), Math.floor(box.north / CELL)];
    if ((e - w + 1) * (n - s + 1) > MOST) return null;
    for (let x = w; x <= e; x++) {
      for (let y = s; y <= n; y++) {
        const cell = this.#cell(`${x * CELL}_${y * CELL}`);
        if (cell) found.push(...cell);
        else whole = false;
      }
    }
    return whole ? found : null;
  }

  #cell(key: string): number[][] | null {
    const had = this.#cells.get(key);
    if (had !== undefined) return had;
    this.#cells.set(key, null);
    void fetch(`/web/ground/${key}.json`)
      .then((answer) => (answer.ok ? (answer.json() as Promise<number[][]>) : []))
      .then((rings) => {
        this.#cells.set(key, rings);
        this.changed();
      })
      // Asked for again when it is needed again.
      .catch(() => this.#cells.delete(key));
    return null;
  }
}
