// What is wrong with a hub, the most harmful first: the reasons why it is not ready, then what its alerts watch, by the
// same limits as dashboards/prometheus/alerts.yml, then what has been and is over.
import type { Schemas } from "../common/client";
import type { Values, Word } from "../words/words.svelte";
import { growth, mean, type Readings } from "./metrics";

/** `stops`: reports or readers are turned away; `loses`: something is lost; `behind`: late; `look`: to be looked at. */
export type Level = "stops" | "loses" | "behind" | "look" | "was";

export type Trouble = { id: string; level: Level; word: Word; values: Values; todo: Word | null };

export const LEVELS: readonly Level[] = ["stops", "loses", "behind", "look", "was"];

type Found = Values | null;
type Rule = { id: string; level: Level; word: Word; todo: Word; finds: (readings: Readings) => Found };

const newest = (readings: Readings, name: string) => readings.at(-1)?.sum(name) ?? null;
const above = (value: number | null, limit: number): Found => (value !== null && value > limit ? { n: value } : null);

/** Of a counter that should not move: that it does. */
const rising = (name: string) => (readings: Readings) => above(growth(readings, name), 0);

/** Since a time that the hub tells in ms; 0: there was none. */
function since(readings: Readings, name: string, limitS: number): Found {
  const then = newest(readings, name);
  const at = readings.at(-1)?.at;
  if (!then || at === undefined || at - then <= limitS * 1000) return null;
  return { n: Math.round((at - then) / 60_000) };
}

/** A share of answers that failed, of enough of them to say. */
function failing(readings: Readings): Found {
  const all = growth(readings, "http_responses_total");
  const bad = growth(readings, "http_responses_total", (l) => /^5/.test(l.status ?? "") && l.status !== "501");
  return all !== null && bad !== null && bad > 0 && bad > 0.01 * all ? { n: bad } : null;
}

function refusing(readings: Readings): Found {
  const [refused, accepted] = [growth(readings, "reports_refused_total"), growth(readings, "reports_accepted_total")];
  const [first, last] = [readings[0], readings.at(-1)];
  if (refused === null || accepted === null || !first || !last) return null;
  const often = refused / ((last.at - first.at) / 1000) > 0.1;
  return often && refused > 0.05 * (accepted + refused) ? { n: refused } : null;
}

function stale(readings: Readings): Found {
  const [some, all] = [newest(readings, "zones_stale"), newest(readings, "zones")];
  return some !== null && all !== null && some > 0.2 * all ? { n: some, of: all } : null;
}

/** Less than this is free, or more than this share of the limit is taken. */
const LEAST_FREE = 2 ** 30;
const NEARLY = 0.9;

function nearlyFull(readings: Readings): Found {
  const [own, limit] = [newest(readings, "journal_bytes"), newest(readings, "journal_limit_bytes")];
  const free = newest(readings, "data_free_bytes");
  const isTaken = own !== null && limit !== null && limit > 0 && own > NEARLY * limit;
  return isTaken || (free !== null && free >= 0 && free < LEAST_FREE) ? {} : null;
}

const HOUR_S = 3_600;
const RULES: Rule[] = [
  {
    id: "stream",
    level: "stops",
    word: "operatorStalled",
    todo: "operatorStalledDo",
    finds: (r) => since(r, "stream_frontier_milliseconds", 30),
  },
  {
    id: "store",
    level: "stops",
    word: "operatorStore",
    todo: "operatorStoreDo",
    finds: (r) => (newest(r, "store_up") === 0 ? {} : null),
  },
  {
    id: "journal",
    level: "stops",
    word: "operatorJournalErrors",
    todo: "operatorDiskDo",
    finds: rising("journal_errors_total"),
  },
  {
    id: "hours",
    level: "loses",
    word: "operatorHoursLost",
    todo: "operatorHoursLostDo",
    finds: rising("settled_hours_lost_total"),
  },
  {
    id: "shed",
    level: "loses",
    word: "operatorShedNow",
    todo: "operatorShedDo",
    finds: rising("reports_shed_total"),
  },
  {
    id: "quarantine",
    level: "loses",
    word: "operatorQuarantineErrors",
    todo: "operatorDiskDo",
    finds: rising("quarantine_errors_total"),
  },
  { id: "audit", level: "loses", word: "operatorAuditLost", todo: "operatorDiskDo", finds: rising("audit_lost_total") },
  {
    id: "usage",
    level: "loses",
    word: "operatorUsageLost",
    todo: "operatorStoreDo",
    finds: rising("usage_dropped_total"),
  },
  {
    id: "room",
    level: "behind",
    word: "operatorNearlyFull",
    todo: "operatorNearlyFullDo",
    finds: nearlyFull,
  },
  {
    id: "checkpoint",
    level: "behind",
    word: "operatorCheckpointErrors",
    todo: "operatorDiskDo",
    finds: rising("checkpoint_errors_total"),
  },
  {
    id: "settlement",
    level: "behind",
    word: "operatorSettlementBehind",
    todo: "operatorSettlementDo",
    finds: (r) => {
      const lag = newest(r, "settled_lag_seconds");
      return lag !== null && lag > HOUR_S ? { n: Math.round(lag / 60) } : null;
    },
  },
  {
    id: "history",
    level: "behind",
    word: "operatorHistoryBehind",
    todo: "operatorHistoryDo",
    finds: (r) => since(r, "history_newest_milliseconds", 3 * HOUR_S),
  },
  {
    id: "commits",
    level: "behind",
    word: "operatorSlow",
    todo: "operatorSlowDo",
    finds: (r) => above(mean(r, "journal_commit_seconds"), 1),
  },
  { id: "http", level: "behind", word: "operatorHttp", todo: "operatorHttpDo", finds: failing },
  {
    id: "credit",
    level: "behind",
    word: "operatorCredit",
    todo: "operatorHistoryDo",
    finds: (r) => {
      const late = newest(r, "credit_overdue_seconds");
      return late !== null && late > 2 * HOUR_S ? { n: Math.round(late / 60) } : null;
    },
  },
  {
    id: "webhooks",
    level: "behind",
    word: "operatorFactsWait",
    todo: "operatorFactsDo",
    finds: (r) => {
      const oldest = newest(r, "webhook_oldest_fact_milliseconds");
      return oldest !== null && oldest > HOUR_S * 1000 ? { n: Math.round(oldest / 60_000) } : null;
    },
  },
  {
    id: "forecast",
    level: "behind",
    word: "operatorForecast",
    todo: "operatorHistoryDo",
    finds: (r) => since(r, "forecast_newest_milliseconds", 4 * HOUR_S),
  },
  { id: "refused", level: "look", word: "operatorRefusing", todo: "operatorRefusingDo", finds: refusing },
  { id: "stale", level: "look", word: "operatorStale", todo: "operatorStaleDo", finds: stale },
  {
    id: "feeds",
    level: "look",
    word: "operatorFeeds",
    todo: "operatorFeedsDo",
    finds: (r) => above(newest(r, "feed_failing"), 0),
  },
  {
    id: "context",
    level: "look",
    word: "operatorContext",
    todo: "operatorContextDo",
    finds: (r) => above(newest(r, "context_push_failing"), 0),
  },
  {
    id: "suspects",
    level: "look",
    word: "operatorSuspects",
    todo: "operatorSuspectsDo",
    finds: (r) => above(newest(r, "suspect_sources"), 0),
  },
  {
    id: "battery",
    level: "look",
    word: "operatorBattery",
    todo: "operatorBatteryDo",
    finds: (r) => above(newest(r, "devices_low_battery"), 0),
  },
];

/** Counters that should be 0, of which it is told that they are not, even if they do not move now. */
const WERE: [string, Word][] = [
  ["journal_errors_total", "operatorJournalErrors"],
  ["settled_hours_lost_total", "operatorHoursLost"],
  ["reports_shed_total", "operatorShedNow"],
  ["quarantine_errors_total", "operatorQuarantineErrors"],
  ["audit_lost_total", "operatorAuditLost"],
  ["usage_dropped_total", "operatorUsageLost"],
  ["checkpoint_errors_total", "operatorCheckpointErrors"],
];

/** The names of measurements that rules look at, for a test. */
export const NAMES = WERE.map(([name]) => name);

export function troubles(ready: Schemas["Ready"] | null, readings: Readings): Trouble[] {
  const all: Trouble[] = [];
  for (const { part, reason } of ready?.reasons ?? []) {
    const values = { part, why: reason };
    all.push({ id: `not-${part}`, level: "stops", word: "operatorNotReadyWhy", values, todo: null });
  }
  for (const rule of RULES) {
    const values = rule.finds(readings);
    if (values) all.push({ id: rule.id, level: rule.level, word: rule.word, values, todo: rule.todo });
  }
  for (const { part, note } of ready?.notes ?? []) {
    all.push({
      id: `note-${part}-${note}`,
      level: "look",
      word: "operatorNote",
      values: { part, why: note },
      todo: null,
    });
  }
  for (const [name, word] of WERE) {
    const [n, moves] = [newest(readings, name), growth(readings, name)];
    if (n && !moves) all.push({ id: `was-${name}`, level: "was", word, values: { n }, todo: null });
  }
  const rank = (t: Trouble) => LEVELS.indexOf(t.level);
  return all.sort((a, b) => rank(a) - rank(b));
}
