// An order as it is put together on the page: what is asked of the hub, and what it will close as far as the page knows.
// Pure.
import { instantOf } from "../common/format";
import type { OrderAffects, OrderAsked, OrderKind, OrderSeverity, Texts } from "../common/orders/schema";
import type { Place } from "./authority.svelte";

export const KIND_NAMES: OrderKind[] = ["closure", "no_stopping", "event", "works", "emergency"];
export const SEVERITY_NAMES: OrderSeverity[] = ["info", "warning", "emergency"];

export type Draft = {
  kind: OrderKind;
  zones: string[];
  /** As `<input type="datetime-local">` has it; empty: now. */
  from: string;
  /** Empty: until it is ended. */
  to: string;
  reason: Record<"en" | "zh", string>;
  instruction: Record<"en" | "zh", string>;
  cause: string;
  /** Empty: what the kind says. */
  severity: OrderSeverity | "";
  affects: OrderAffects;
  exercise: boolean;
};

export const blank = (): Draft => ({
  kind: "closure",
  zones: [],
  from: "",
  to: "",
  reason: { en: "", zh: "" },
  instruction: { en: "", zh: "" },
  cause: "",
  severity: "",
  affects: "new_arrivals",
  exercise: false,
});

/** What the order is, whether that was said or not. */
export const severityOf = (d: Draft): OrderSeverity => d.severity || (d.kind === "emergency" ? "emergency" : "warning");

const texts = (of: Texts): Texts =>
  Object.fromEntries(Object.entries(of).flatMap(([tag, text]) => (text.trim() ? [[tag, text.trim()]] : [])));

/** A time of the hub's clock as the API takes it; what is no time is left to the hub to refuse. */
export function timeOf(text: string, clock: string | null): string {
  const at = instantOf(text, clock);
  return Number.isFinite(at) ? new Date(at).toISOString() : text;
}

/** `clock`: whose times are typed, by its IANA name; null: the device's. */
export function asked(d: Draft, clock: string | null): OrderAsked {
  const [reason, instruction, cause] = [texts(d.reason), texts(d.instruction), d.cause.trim()];
  return {
    kind: d.kind,
    target: { zones: d.zones },
    ...(d.from ? { from: timeOf(d.from, clock) } : {}),
    ...(d.to ? { to: timeOf(d.to, clock) } : {}),
    ...(Object.keys(reason).length > 0 ? { reason } : {}),
    ...(Object.keys(instruction).length > 0 ? { instruction } : {}),
    ...(cause ? { cause } : {}),
    ...(d.severity ? { severity: d.severity } : {}),
    affects: d.affects,
    ...(d.exercise ? { exercise: true } : {}),
  };
}

/** Bays of those zones: an area or floor is in the sums of its car park. */
export function bays(zones: string[], places: Map<string, Place>): number {
  const chosen = new Set(zones);
  const own = zones.map((zone) => places.get(zone)).filter((place) => place !== undefined);
  return own.filter((p) => !p.partOf || !chosen.has(p.partOf)).reduce((n, p) => n + p.whole, 0);
}

/** The member of an order that the hub's `field` names: `target.zones` is of `target`. */
export const memberOf = (field: unknown): string =>
  typeof field === "string" ? (/^[a-z_]+/.exec(field.replace(/^body\./, ""))?.[0] ?? "") : "";
