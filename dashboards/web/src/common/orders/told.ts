// What an order says to who reads it now: whether it stands, how grave it is, its words in the reader's language. Pure.
import type { Place } from "../geo";
import { plain } from "../text";
import type { CityOrder, OrderSeverity, Texts } from "./schema";

/** In force at that time, whatever was heard of it since: a page that is cut off from its hub knows when one is over. */
export function stands(order: CityOrder, now: number): boolean {
  if (order.ended_at !== null || order.state === "ended") return false;
  return Date.parse(order.from) <= now && (order.to === null || Date.parse(order.to) > now);
}

/** What was told of an order, and not of another version of it. */
export const keyOf = (order: CityOrder): string => `${order.id}:${order.version}`;

const RANKS: Record<OrderSeverity, number> = { emergency: 2, warning: 1, info: 0 };
const rank = (order: CityOrder): number => (order.exercise ? -3 : 0) + (RANKS[order.severity] ?? 0);

/** The gravest first, exercises last; of those that are alike the one that changed last. */
export function gravest(orders: CityOrder[]): CityOrder[] {
  const later = (a: CityOrder, b: CityOrder) => Date.parse(b.changed_at) - Date.parse(a.changed_at);
  return [...orders].sort((a, b) => rank(b) - rank(a) || later(a, b) || a.id.localeCompare(b.id));
}

/** A text of an order's, and in which language it is. */
export type Said = { text: string; lang: string };

/** In that language, else in English, else in whichever there is. */
export function said(texts: Texts, language: string): Said | null {
  const all = Object.entries(texts).filter(([, text]) => typeof text === "string" && text.trim() !== "");
  for (const wish of [language, "en"]) {
    const own = all.find(([tag]) => tag.toLowerCase() === wish);
    const near = own ?? all.find(([tag]) => tag.toLowerCase().startsWith(`${wish}-`));
    if (near) return { text: plain(near[1]), lang: near[0] };
  }
  const [any] = all;
  return any ? { text: plain(any[1]), lang: any[0] } : null;
}

type Ring = [lon: number, lat: number][];

/** The rings of a GeoJSON Polygon or MultiPolygon, part by part. */
export function parts(area: unknown): Ring[][] {
  const { type, coordinates } = (area ?? {}) as { type?: string; coordinates?: unknown };
  if (!Array.isArray(coordinates)) return [];
  return type === "Polygon" ? [coordinates as Ring[]] : type === "MultiPolygon" ? (coordinates as Ring[][]) : [];
}

function crosses(ring: Ring, { lat, lon }: Place): boolean {
  let isIn = false;
  ring.forEach(([x, y], n) => {
    const [px, py] = ring[n === 0 ? ring.length - 1 : n - 1] ?? [x, y];
    if (y > lat !== py > lat && lon < ((px - x) * (lat - y)) / (py - y) + x) isIn = !isIn;
  });
  return isIn;
}

/** Whether a place lies in an area, and in none of its holes. */
export const inside = (area: unknown, place: Place): boolean =>
  parts(area).some((rings) => rings.filter((ring) => crosses(ring, place)).length % 2 === 1);
