// Sources in the order of what is wrong with them.
import type { Schemas } from "../common/client";

export type Source = Schemas["SourceShown"];
export type Trouble = "suspect" | "refused" | "late" | "silent" | "unheard" | "good";

/** From here on words come late, seconds; the settling waits for two minutes. */
export const LATE_S = 120;
/** So small a share of refusals happens to everybody. */
const FEW = 0.01;

export const refusedOf = (s: Source): number => Object.values(s.refused).reduce((a, b) => a + b, 0);

/** The worst that is wrong; an app is silent, or was never heard, as long as nobody uses it: no trouble. */
export function trouble(s: Source): Trouble {
  if (s.suspect_total > 0 || s.health === "suspect") return "suspect";
  const refused = refusedOf(s);
  if (refused > 0 && refused >= FEW * (refused + s.accepted)) return "refused";
  if ((s.lag_s ?? 0) > LATE_S) return "late";
  if (s.health === "silent" && s.kind !== "app") return "silent";
  if (s.health === "unheard" && s.kind !== "app") return "unheard";
  return "good";
}

const ORDER: Trouble[] = ["suspect", "refused", "late", "silent", "unheard", "good"];

export function worst(sources: Source[]): { source: Source; trouble: Trouble }[] {
  return sources
    .map((source) => ({ source, trouble: trouble(source) }))
    .sort(
      (a, b) =>
        ORDER.indexOf(a.trouble) - ORDER.indexOf(b.trouble) ||
        a.source.source.localeCompare(b.source.source, undefined, { numeric: true }),
    );
}
