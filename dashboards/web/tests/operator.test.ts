import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cluster } from "../src/common/clusters";
import type { Seen } from "../src/common/zone";
import { FAULTS, outlines, placeOf, places, type Fault } from "../src/operator/faults";
import { NAMES, troubles } from "../src/operator/harm";
import { growth, kept, mean, rate, Reading, type Readings } from "../src/operator/metrics";
import { boxOf, silent } from "../src/operator/silent";
import { byPartner } from "../src/operator/usage";

const AT = Date.parse("2026-11-29T12:00:00Z");
const WELL = [
  "# HELP bayhub_store_up Whether the store answered last: 1 or 0.",
  "bayhub_store_up 1",
  `bayhub_stream_frontier_milliseconds ${AT}`,
  'bayhub_reports_accepted_total{door="mqtt"} 1000',
  'bayhub_reports_accepted_total{door="http"} 10',
  'bayhub_reports_refused_total{door="http",reason="unknown_bay"} 1',
  'bayhub_odd{share="a \\"b\\" \\\\ c"} 2',
  "bayhub_journal_commits_total 10",
  "bayhub_journal_errors_total 0",
  "bayhub_settled_lag_seconds 434",
  "bayhub_zones 10",
  "bayhub_zones_stale 0",
  "bayhub_nonsense NaN",
];

function after(s: number, ...changed: string[]): Reading {
  const names = changed.map((line) => line.slice(0, line.lastIndexOf(" ")));
  const rest = WELL.filter((line) => !names.includes(line.slice(0, line.lastIndexOf(" "))));
  const frontier = `bayhub_stream_frontier_milliseconds ${AT + s * 1000}`;
  const own = names.includes("bayhub_stream_frontier_milliseconds") ? changed : [...changed, frontier];
  return Reading.read(
    [...rest.filter((line) => !line.startsWith("bayhub_stream_frontier")), ...own].join("\n"),
    AT + s * 1000,
  );
}
const first = after(0);
const levels = (readings: Readings) => troubles({ ready: true }, readings).map((one) => `${one.level} ${one.id}`);

test("measurements are read with their labels, and what is not told is not nought", () => {
  expect(first.sum("reports_accepted_total")).toBe(1010);
  expect(first.sum("reports_accepted_total", (l) => l.door === "http")).toBe(10);
  expect(first.sum("never_heard_of")).toBeNull();
  expect(first.sum("nonsense")).toBeNull();
  expect(first.each("odd")[0]?.labels.share).toBe('a "b" \\ c');
});

test("rates are of the time between readings, and of one reading there is none", () => {
  const later = after(20, 'bayhub_reports_accepted_total{door="mqtt"} 1200');
  expect(rate([first, later], "reports_accepted_total")).toBe(10);
  expect(rate([first], "reports_accepted_total")).toBeNull();
  expect(growth([first, later], "never_heard_of")).toBeNull();
  // What has labels is there from its first time on.
  const fresh = after(20, 'bayhub_reports_refused_total{door="mqtt",reason="too_old"} 4');
  expect(growth([first, fresh], "reports_refused_total")).toBe(4);
  expect(mean([first, later], "journal_commit_seconds")).toBeNull();
});

test("a hub that was started anew begins anew, and old readings go", () => {
  const restarted = after(20, "bayhub_journal_commits_total 1");
  expect(kept([first], restarted, 600_000)).toEqual([restarted]);
  expect(kept([first, after(300)], after(700), 600_000).map((r) => (r.at - AT) / 1000)).toEqual([300, 700]);
});

test("of a hub that is well nothing is said", () => {
  expect(levels([first, after(60)])).toEqual([]);
});

test("what is wrong comes in the order of harm, why it is not ready first", () => {
  const ill = after(
    60,
    "bayhub_zones_stale 3",
    "bayhub_settled_lag_seconds 4000",
    "bayhub_reports_shed_total 5",
    "bayhub_store_up 0",
    `bayhub_stream_frontier_milliseconds ${AT}`,
  );
  const ready = { ready: false, reasons: [{ part: "store", reason: "it does not answer" }] };
  const all = troubles(ready, [first, ill]);
  expect(all.map((one) => `${one.level} ${one.id}`)).toEqual([
    "stops not-store",
    "stops stream",
    "stops store",
    "loses shed",
    "behind settlement",
    "look stale",
  ]);
  expect(all[0]?.values).toEqual({ part: "store", why: "it does not answer" });
});

test("an error that is over is told last, as one that was", () => {
  const before = after(0, "bayhub_journal_errors_total 3");
  expect(levels([before, after(60, "bayhub_journal_errors_total 3")])).toEqual(["was was-journal_errors_total"]);
  expect(levels([before, after(60, "bayhub_journal_errors_total 4")])).toEqual(["stops journal"]);
});

test("a few refusals among many are no trouble, many are", () => {
  const refused = (n: number) => after(60, `bayhub_reports_refused_total{door="http",reason="unknown_bay"} ${n}`);
  expect(levels([first, refused(4)])).toEqual([]);
  expect(levels([first, refused(400)])).toEqual(["look refused"]);
});

test("a journal that nears its limit, or a disk that does, is told before it refuses", () => {
  const limit = "bayhub_journal_limit_bytes 1000";
  const nearly = ["behind room"];
  expect(levels([first, after(60, "bayhub_journal_bytes 900", limit)])).toEqual([]);
  expect(levels([first, after(60, "bayhub_journal_bytes 901", limit)])).toEqual(nearly);
  expect(levels([first, after(60, "bayhub_data_free_bytes 1000000")])).toEqual(nearly);
  expect(levels([first, after(60, "bayhub_data_free_bytes -1")])).toEqual([]);
});

test("faults of one place are one disc, and what is nowhere is on no map", () => {
  const fault = (kind: Fault["kind"], lat: number | null, lon: number | null): Fault => {
    return { kind, zone: "A", bay: null, lat, lon, message: "" };
  };
  const faults = [fault("far_bay", 1.3, 103.8), fault("same_place", 1.3, 103.8), fault("no_bay", null, null)];
  const discs = places([...faults, fault("more_bays", 1.4, 103.8)]);
  expect([...discs.values()].map((disc) => disc.free)).toEqual([2, 1]);
  expect(discs.get("1.3,103.8")).toMatchObject({ lat: 1.3, lon: 103.8, meaning: "filling" });
  expect(faults.map(placeOf)).toEqual(["1.3,103.8", "1.3,103.8", null]);
  // Where discs are one, they keep the colour.
  expect(cluster(discs.values(), 3)).toMatchObject([{ free: 3, meaning: "filling" }]);
  expect(Object.keys(FAULTS)).toHaveLength(9);
  const ring = [
    [103.8, 1.3],
    [103.9, 1.3],
    [103.9, 1.4],
  ];
  const zone = (type: string, coordinates: unknown) => ({ properties: { id: type }, geometry: { type, coordinates } });
  const zones = [zone("Point", [103.8, 1.3]), zone("Polygon", [ring]), zone("MultiPolygon", [[ring], [ring, ring]])];
  expect(outlines(zones).map((one) => [one.zone, one.rings.length])).toEqual([
    ["Polygon", 1],
    ["MultiPolygon", 3],
  ]);
});

test("of whom something was dropped comes first, then who was turned away most", () => {
  const row = { from: "2026-11-29T11:00:00Z", to: "2026-11-29T12:00:00Z", key: null, name: null, calls: {} };
  const none = { streams_opened: 0, stream_seconds: 0, mqtt_messages: 0, webhooks_delivered: 0, webhooks_failed: 0 };
  const reports = { reports_accepted: 5, reports_late: 1, reports_shed: 0, reports_refused: { too_old: 2 } };
  const counted = { ...row, ...none, ...reports };
  const read = { "2xx": 1, "3xx": 0, "4xx": 0, "429": 7, "5xx": 0, bytes: 0 };
  const all = byPartner([
    { ...counted, partner: "a" },
    { ...counted, partner: "a" },
    { ...counted, partner: "b", calls: { read } },
    { ...counted, partner: "c", reports_shed: 3 },
  ]);
  expect(all).toEqual([
    { partner: "c", accepted: 5, refused: 2, late: 1, shed: 3, throttled: 0 },
    { partner: "b", accepted: 5, refused: 2, late: 1, shed: 0, throttled: 7 },
    { partner: "a", accepted: 10, refused: 4, late: 2, shed: 0, throttled: 0 },
  ]);
});

test("the page looks at no measurement that the hub does not make", () => {
  const folder = "../../src/metrics";
  const made = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((f) => f.endsWith(".rs"))
    .map((f) => readFileSync(`${folder}/${f}`, "utf8"))
    .join("\n");
  const pages = ["harm.ts", "Now.svelte", "Shed.svelte", "Field.svelte", "Limits.svelte", "operator.svelte.ts"];
  const text = pages.map((f) => readFileSync(`src/operator/${f}`, "utf8")).join("\n");
  const asked = [...text.matchAll(/(?:sum|each|newest|since|rising|growth|rate|mean)\((?:[\w.]+, )?"(\w+)"/g)];
  const names = [...NAMES, ...asked.map((found) => found[1] ?? "")];
  expect(names.length).toBeGreaterThan(30);
  expect(names.filter((name) => !made.includes(`"${name}"`))).toEqual([]);
});

test("who is silent for longest comes first, and a zone without a place moves no map", () => {
  const zone = (id: string, at: number | null, stale = true, lat = 1) => ({ id, at, stale, lat, lon: 103 }) as Seen;
  const zones = [zone("b", 20), zone("a", 10), zone("well", 5, false), zone("never", null, true, NaN)];
  expect(silent(zones).map((z) => z.id)).toEqual(["never", "a", "b"]);
  expect(boxOf(zones)).toEqual({ west: 103, east: 103, south: 1, north: 1 });
  expect(boxOf([])).toBeNull();
});
