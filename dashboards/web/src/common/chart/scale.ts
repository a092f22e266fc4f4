// What charts are measured by: round numbers for an axis, and lines that end where nothing is known.

/** Round numbers, up to their tens; and those that are round in their half too, for an axis that is halved once. */
const ROUND = [1, 2, 5];
const HALVED = [1, 2, 3, 4, 5, 6, 8];

/** The least of these and their tens that `most` is not above; 1 of nothing. */
function least(most: number, of: number[]): number {
  if (!(most > 0)) return 1;
  const ten = 10 ** Math.floor(Math.log10(most));
  return (of.find((n) => n * ten >= most * (1 - 1e-9)) ?? 10) * ten;
}

/** Where an axis ends. */
export const round = (most: number): number => least(most, ROUND);
/** Where one that is halved once ends: nearer to the most. */
export const axisEnd = (most: number): number => least(most, HALVED);

/** Runs of what is known: a line is drawn through each, and nothing between them. */
export function runs<P extends { value: number | null }>(points: P[]): (P & { value: number })[][] {
  const all: (P & { value: number })[][] = [];
  let open: (P & { value: number })[] | null = null;
  for (const p of points) {
    if (p.value === null || !Number.isFinite(p.value)) open = null;
    else {
      if (!open) all.push((open = []));
      open.push(p as P & { value: number });
    }
  }
  return all;
}
