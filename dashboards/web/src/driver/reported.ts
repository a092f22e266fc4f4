// What was reported from this browser, to be followed and rated: nobody else is told.
import { CODES, type ProblemCode } from "../common/problems/words";

const KEPT = "bayhub.reported";
/** The hub takes a hundred ids in a call. */
const MOST = 50;

/** `token`: what it may be rated with, once; `rated`: what it was given. */
export type Reported = { id: string; code: ProblemCode; where: string; token: string | null; rated: number | null };

const isReported = (r: unknown): r is Reported => {
  const { id, code, where, token, rated } = (r ?? {}) as Partial<Record<keyof Reported, unknown>>;
  const words = typeof id === "string" && typeof where === "string" && typeof code === "string" && code in CODES;
  return words && (token === null || typeof token === "string") && (rated === null || typeof rated === "number");
};

/** The newest first. What somebody else wrote there is nothing. */
export function reported(): Reported[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isReported).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

function keep(all: Reported[]): void {
  try {
    localStorage.setItem(KEPT, JSON.stringify(all.slice(0, MOST)));
  } catch {
    // A browser that keeps nothing forgets it.
  }
}

/** One more. Where it joined one of its own, that stays with the token that it has. */
export function remember(one: Reported): void {
  const all = reported();
  const own = all.find(({ id }) => id === one.id);
  keep([{ ...one, token: one.token ?? own?.token ?? null }, ...all.filter(({ id }) => id !== one.id)]);
}

/** It was rated: the token is used up. */
export function rated(id: string, rating: number): void {
  keep(reported().map((r) => (r.id === id ? { ...r, token: null, rated: rating } : r)));
}

export function forget(id: string): void {
  keep(reported().filter((r) => r.id !== id));
}
