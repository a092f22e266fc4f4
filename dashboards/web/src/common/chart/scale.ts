// What charts are measured by: round numbers for an axis, and lines that end where nothing is known.

/** The least round number (1, 2, 5 and their tens) that `most` is not above; 1 of nothing. */
export function round(most: number): number {
  if (!(most > 0)) return 1;
  const ten = 10 ** Math.floor(Math.log10(most));
  const of = [1, 2, 5, 10].find((n) => n * ten >= most * (1 - 1e-9)) ?? 10;
  return of * ten;
}

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
