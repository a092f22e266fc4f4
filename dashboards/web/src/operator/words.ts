// Sizes and rates, as people read them.
import { locale } from "../words/words.svelte";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

/** Bytes, in thousands as disks are sold. */
export function bytes(n: number): string {
  const step = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, n)) / 3)));
  const format = { style: "unit", unit: UNITS[step], maximumFractionDigits: 1 } as const;
  return (n / 1000 ** step).toLocaleString(locale(), format);
}

/** So many a second; what is little keeps a digit. */
export const perSecond = (n: number): string => n.toLocaleString(locale(), { maximumFractionDigits: n < 10 ? 1 : 0 });

export const whole = (n: number): string => n.toLocaleString(locale(), { maximumFractionDigits: 0 });
