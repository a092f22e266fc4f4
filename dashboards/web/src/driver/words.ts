// A driver's lines in words: what is there, how sure, what it costs, how far.
import { distance, walk, type Place } from "../common/geo";
import { far, money, percent, span } from "../common/format";
import type { Schemas } from "../common/client";
import { language, t } from "../words/words.svelte";
import type { Choice, Price } from "./choices";

const ofHub = (): string => document.documentElement.dataset.currency || "SGD";

export function price(p: Price | null): string {
  if (!p) return t("priceUnknown");
  if (p.minor === 0) return t("free");
  const text = money(p.minor, p.currency ?? ofHub(), language());
  return t(p.by === "hour" ? "perHour" : p.by === "stay" ? "perStay" : "perMonth", { money: text });
}

export const amount = (minor: number, currency: string): string => money(minor, currency, language());

export function room(c: Choice): string {
  return c.of === null ? t("baysFree", { n: c.free }) : t("roomOf", { n: c.free, of: c.of });
}

export function sureness(c: Choice, later: boolean): string {
  if (c.free <= 0) return "";
  if (c.p === null) return c.shared && c.at === null ? t("ownerSays") : "";
  const p = percent(c.p, language());
  return later ? t("onArrival", { p }) : t("likely", { p });
}

export const metres = (m: number): string => far(m, language());
export const minutesOnFoot = (m: number): string => t("walkMinutes", { n: walk(m) });

export function away(c: Choice, from: Place | null): number {
  return c.distance > 0 || !from ? c.distance : distance(from, c);
}

/** Bookings of several answers, each once, by their start. */
export function together(answers: Schemas["Reservation"][][]): Schemas["Reservation"][] {
  const all = new Map(answers.flat().map((r) => [r.id, r]));
  return [...all.values()].sort((a, b) => Date.parse(a.start) - Date.parse(b.start));
}

/** How old a word is; stale words are told as what they are. */
export function age(at: number | null, now: number, stale = false): string {
  if (at === null) return t("neverSeen");
  const ago = span(now - at, language());
  return t(stale ? "lastKnownAgo" : "seenAgo", { ago });
}
