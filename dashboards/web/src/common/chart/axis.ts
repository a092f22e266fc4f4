// Where an axis ends that is halved once: nearer to the most than 1, 2 and 5 would be, and round in its half too.

/** The least of 1, 2, 3, 4, 5, 6, 8 and their tens that `most` is not above; 1 of nothing. */
export function axisEnd(most: number): number {
  if (!(most > 0)) return 1;
  const ten = 10 ** Math.floor(Math.log10(most));
  return ([1, 2, 3, 4, 5, 6, 8].find((n) => n * ten >= most * (1 - 1e-9)) ?? 10) * ten;
}
