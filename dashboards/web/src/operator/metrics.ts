// The hub's own measurements, as it tells them to Prometheus: read, and how quickly they grow.

type Labels = Record<string, string>;
type Series = { labels: Labels; value: number };

const LINE = /^([a-z_][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;
const ESCAPES: Record<string, string> = { n: "\n", '"': '"', "\\": "\\" };

/** All of them at one moment. */
export class Reading {
  private constructor(
    /** By the hub's clock, ms. */
    readonly at: number,
    private readonly of: ReadonlyMap<string, Series[]>,
  ) {}

  static read(text: string, at: number): Reading {
    const all = new Map<string, Series[]>();
    for (const line of text.split("\n")) {
      const found = LINE.exec(line);
      const [name, value] = [found?.[1], Number(found?.[3])];
      if (!name || !Number.isFinite(value)) continue;
      const labels: Labels = {};
      for (const [, label, said] of (found?.[2] ?? "").matchAll(LABEL)) {
        if (label) labels[label] = (said ?? "").replace(/\\(.)/g, (_, c: string) => ESCAPES[c] ?? c);
      }
      const there = all.get(name);
      if (there) there.push({ labels, value });
      else all.set(name, [{ labels, value }]);
    }
    return new Reading(at, all);
  }

  /** All of a name, as far as their labels are those. */
  each(name: string, fits: (labels: Labels) => boolean = () => true): Series[] {
    return (this.of.get(`bayhub_${name}`) ?? []).filter((s) => fits(s.labels));
  }

  /** Their sum; null: the hub has not said it. */
  sum(name: string, fits?: (labels: Labels) => boolean): number | null {
    const all = this.each(name, fits);
    return all.length > 0 ? all.reduce((a, s) => a + s.value, 0) : null;
  }
}

/** Readings of one hub, the oldest first. */
export type Readings = readonly Reading[];

/** Keeps what is not older than `window_ms`. A hub that was started anew begins anew. */
export function kept(readings: Readings, next: Reading, windowMs: number): Readings {
  const last = readings.at(-1);
  const total = (r: Reading) => r.sum("journal_commits_total") ?? 0;
  if (last && (total(next) < total(last) || next.at < last.at)) return [next];
  return [...readings.filter((r) => next.at - r.at <= windowMs), next];
}

/** By how much it has grown since the oldest reading; null: there is but one, or it is not told. */
export function growth(readings: Readings, name: string, fits?: (labels: Labels) => boolean): number | null {
  const [first, last] = [readings[0], readings.at(-1)];
  if (!first || !last || last.at <= first.at) return null;
  const now = last.sum(name, fits);
  // What has labels is there from its first time on.
  return now === null ? null : Math.max(0, now - (first.sum(name, fits) ?? 0));
}

/** The same a second. */
export function rate(readings: Readings, name: string, fits?: (labels: Labels) => boolean): number | null {
  const grown = growth(readings, name, fits);
  const [first, last] = [readings[0], readings.at(-1)];
  return grown === null || !first || !last ? null : grown / ((last.at - first.at) / 1000);
}

/** The mean of what a histogram has measured since the oldest reading, s; null: nothing. */
export function mean(readings: Readings, name: string): number | null {
  const [sum, count] = [growth(readings, `${name}_sum`), growth(readings, `${name}_count`)];
  return sum === null || !count ? null : sum / count;
}
