// Zones found by what the registry calls them.
import type { Seen } from "./zone";

/** Zones whose name, id or operator holds every word that was typed; the best match first. */
export function search<Z extends Pick<Seen, "id" | "name" | "operator">>(
  zones: Iterable<Z>,
  typed: string,
  most: number,
): Z[] {
  const words = typed.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const whole = words.join(" ");
  const found: { zone: Z; rank: number }[] = [];
  for (const zone of zones) {
    const name = zone.name.toLocaleLowerCase();
    const text = `${name} ${zone.id.toLocaleLowerCase()} ${zone.operator.toLocaleLowerCase()}`;
    if (!words.every((w) => text.includes(w))) continue;
    const exact = zone.id.toLocaleLowerCase() === whole ? 0 : name.startsWith(whole) ? 1 : 2;
    found.push({ zone, rank: exact });
  }
  found.sort((a, b) => a.rank - b.rank || a.zone.name.localeCompare(b.zone.name, undefined, { numeric: true }));
  return found.slice(0, most).map((f) => f.zone);
}
