// Problems in the reader's words.
import { language, t, type Word } from "../../words/words.svelte";
import type { Schemas } from "../client";
import { moment } from "../format";
import { cityClock } from "../hubclock.svelte";

export type ProblemCode = Schemas["ProblemCode"];
export type ProblemState = Schemas["ProblemState"];

export const CODES: Record<ProblemCode, Word> = {
  "bay-blocked": "problemBlocked",
  "sensor-wrong": "problemSensor",
  "ev-charger-dead": "problemCharger",
  "accessible-misuse": "problemAccessible",
  "sign-missing": "problemSign",
  surface: "problemSurface",
  "price-wrong": "problemPrice",
  "shared-bay-taken": "problemTaken",
};
export const CODE_NAMES = Object.keys(CODES) as ProblemCode[];

export const STATES: Record<ProblemState, Word> = {
  open: "problemOpen",
  acknowledged: "problemAcknowledged",
  in_progress: "problemUnderWay",
  resolved: "problemResolved",
  rejected: "problemRejected",
  duplicate: "problemDuplicate",
};
export const isOver = (state: ProblemState): boolean => ["resolved", "rejected", "duplicate"].includes(state);

/** Where one may be brought: none leads back, and steps may be left out. */
export function nextStates(state: ProblemState): ProblemState[] {
  if (isOver(state)) return [];
  const all = Object.keys(STATES) as ProblemState[];
  return all.slice(all.indexOf(state) + 1);
}

/** A hub that is newer than the page has other words. */
export const codeName = (code: string): string => (code in CODES ? t(CODES[code as ProblemCode]) : code);
export const stateName = (state: string): string => (state in STATES ? t(STATES[state as ProblemState]) : state);

/** By the city's clock. */
export const at = (time: string): string => moment(Date.parse(time), language(), cityClock());

/** By when it is due, or that it is late; nothing of one that is over in time. */
export function due(expected: string, isLate: boolean, isOver: boolean): string | null {
  if (isLate) return t("problemLate", { time: at(expected) });
  return isOver ? null : t("problemDue", { time: at(expected) });
}
