// An order in words: what it is, where, until when.
import { language, t, type Word } from "../../words/words.svelte";
import { moment } from "../format";
import { cityClock } from "../hubclock.svelte";
import type { CityOrder, OrderKind, OrderSeverity, OrderState } from "./schema";

export const KINDS: Record<OrderKind, Word> = {
  closure: "orderClosure",
  no_stopping: "orderNoStopping",
  event: "orderEvent",
  works: "orderWorks",
  emergency: "orderEmergency",
};
export const SEVERITIES: Record<OrderSeverity, Word> = {
  info: "orderInfo",
  warning: "orderWarning",
  emergency: "orderEmergency",
};
export const STATES: Record<OrderState, Word> = {
  planned: "orderPlanned",
  active: "orderActive",
  ended: "orderEnded",
};

/** Names in one line, in the reader's way. */
export function listed(names: string[], most = 3): string {
  const shown = names.slice(0, most);
  if (names.length > most) shown.push(t("orderMorePlaces", { n: names.length - most }));
  return shown.join(language() === "zh" ? "、" : ", ");
}

/** `names`: what its places are called. */
export const where = (names: string[], most?: number): string =>
  names.length > 0 ? listed(names, most) : t("orderArea");

export const when = (at: string): string => moment(Date.parse(at), language(), cityClock());

export const until = (order: CityOrder): string =>
  order.to === null ? t("orderOpen") : t("orderUntil", { time: when(order.to) });

/** How it is marked, for eyes and for ears. */
export const mark = (order: CityOrder): string => t(order.exercise ? "orderExercise" : SEVERITIES[order.severity]);

/** An emergency is marked as one: what it does is said once. */
export const what = (order: CityOrder): string => t(KINDS[order.kind === "emergency" ? "closure" : order.kind]);

export const summary = (order: CityOrder, names: string[]): string =>
  t("orderSummary", { what: what(order), where: where(names), until: until(order) });
