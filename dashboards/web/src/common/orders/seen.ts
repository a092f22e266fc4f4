// What a tab has heard and folded of orders: one that was said on one page is not said again on the next.

/** So many are remembered, the newest. */
const MOST = 200;
type What = "heard" | "folded";

const had: Partial<Record<What, string[]>> = {};
const slot = (what: What): string => `bayhub.orders.${what}`;

export function remembered(what: What): string[] {
  if (had[what]) return had[what];
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(slot(what)) ?? "[]");
    return Array.isArray(kept) ? kept.filter((key) => typeof key === "string") : [];
  } catch {
    return [];
  }
}

export function remember(what: What, keys: string[]): void {
  had[what] = keys.slice(-MOST);
  try {
    sessionStorage.setItem(slot(what), JSON.stringify(had[what]));
  } catch {
    // As long as the page is open, then.
  }
}
