// One answer of the hub's as a view keeps it: what was last heard and when, and why there is nothing newer.
import { Refusal } from "./client";
import { here } from "./now.svelte";

export class Loaded<T> {
  value = $state.raw<T | null>(null);
  /** When `value` was heard, by this device's clock. */
  at = $state(0);
  busy = $state(false);
  /** Why the last attempt came to nothing; what was heard before stays. */
  failed = $state.raw<Refusal | null>(null);
  private turn = 0;
  /** The last turn of which something came, and the first since all was forgotten. */
  private told = 0;
  private since = 0;

  /** `refused` is told of a key that is not good any more. */
  constructor(
    private readonly asks: () => Promise<T>,
    private readonly refused: (why: Refusal) => void = () => undefined,
  ) {}

  async load(): Promise<void> {
    const turn = ++this.turn;
    this.busy = true;
    try {
      const value = await this.asks();
      if (turn !== this.turn) return;
      this.told = turn;
      [this.value, this.at, this.failed] = [value, here(), null];
    } catch (e) {
      // Who asks again before a hub that hangs is given up would never learn that it is away.
      const late = e instanceof Refusal && e.unreachable && turn > this.told && turn > this.since;
      if (turn !== this.turn && late) this.failed = e;
      if (turn !== this.turn) return;
      this.told = turn;
      this.failed = e instanceof Refusal ? e : new Refusal(-1, String(e));
      if (this.failed.status === 401) this.refused(this.failed);
    }
    this.busy = false;
  }

  /** Forgets what was heard, and whatever is still on its way. */
  clear(): void {
    this.since = ++this.turn;
    [this.value, this.at, this.failed, this.busy] = [null, 0, null, false];
  }
}
