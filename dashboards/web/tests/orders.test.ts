// Orders of the authority: whether one stands, in whose words it is read, what a stream and an outage make of them, and
// what is asked for by the form.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Place } from "../src/authority/authority.svelte";
import { asked, bays, blank, memberOf, severityOf } from "../src/authority/issue";
import { Ordered } from "../src/common/live/orders";
import { OrderPlaces } from "../src/common/orders/places.svelte";
import type { CityOrder } from "../src/common/orders/schema";
import { Standing } from "../src/common/orders/standing.svelte";
import { gravest, inside, said, stands } from "../src/common/orders/told";

const AT = Date.parse("2026-11-30T12:00:00Z");
const time = (minutes: number) => new Date(AT + minutes * 60_000).toISOString();

function order(id: string, change: Partial<CityOrder> = {}): CityOrder {
  const named = {
    id,
    version: 1,
    kind: "closure",
    state: "active",
    severity: "warning",
    affects: "new_arrivals",
  } as const;
  const said = { reason: { en: "burst main" }, instruction: {}, cause: null, confirmation: null, exercise: false };
  const times = { from: time(-10), to: time(10), issued_at: time(-10), changed_at: time(-10), ended_at: null };
  return { ...named, ...said, ...times, target: { zones: ["Z1"] }, issued_by: "city", ...change };
}

beforeEach(() => void vi.useFakeTimers({ now: AT }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("an order stands from its begin to its end, whatever was heard since, and not once it has ended", () => {
  const one = order("a");
  expect([-11, -10, 9, 10].map((n) => stands(one, AT + n * 60_000))).toEqual([false, true, true, false]);
  // Told as planned, and begun by now.
  expect(stands(order("b", { state: "planned" }), AT)).toBe(true);
  expect(stands(order("c", { to: null }), AT + 1e9)).toBe(true);
  expect(stands(order("d", { to: null, ended_at: time(-1) }), AT)).toBe(false);
  expect(stands(order("e", { state: "ended" }), AT)).toBe(false);
});

test("the gravest is first, and an exercise never before what is so", () => {
  const all = [
    order("drill", { severity: "emergency", exercise: true }),
    order("info", { severity: "info" }),
    order("old", { severity: "emergency", changed_at: time(-9) }),
    order("new", { severity: "emergency", changed_at: time(-2) }),
    order("warning"),
  ];
  expect(gravest(all).map((o) => o.id)).toEqual(["new", "old", "warning", "info", "drill"]);
});

test("words are the reader's, else English, else any; and turn nothing round", () => {
  const texts = { "zh-Hans": "水管爆裂", en: "burst main", ms: "paip pecah" };
  expect(said(texts, "zh")).toEqual({ text: "水管爆裂", lang: "zh-Hans" });
  expect(said({ en: "burst main", ms: "x" }, "zh")).toEqual({ text: "burst main", lang: "en" });
  expect(said({ "en-SG": "main lah" }, "en")?.lang).toBe("en-SG");
  expect(said({ ms: "paip pecah" }, "zh")).toEqual({ text: "paip pecah", lang: "ms" });
  expect(said({ en: "  " }, "en")).toBeNull();
  expect(said({}, "en")).toBeNull();
  expect(said({ en: "\u202Ekcolb" }, "en")?.text).toBe("kcolb");
});

test("a place lies in an area but not in its hole, in any of its parts", () => {
  const ring = (a: number, b: number) => [[a, a], [b, a], [b, b], [a, b], [a, a]]; // prettier-ignore
  const area = { type: "MultiPolygon", coordinates: [[ring(0, 10), ring(4, 6)], [ring(20, 21)]] };
  const at = (n: number) => inside(area, { lat: n, lon: n });
  expect([1, 5, 7, 12, 20.5].map(at)).toEqual([true, false, true, false, true]);
  expect(inside({ type: "Point", coordinates: [1, 1] }, { lat: 1, lon: 1 })).toBe(false);
  expect(inside(null, { lat: 1, lon: 1 })).toBe(false);
});

test("a stream that comes back tells all that stands: what ended meanwhile goes, and nothing flickers", () => {
  const told: string[][] = [];
  const heard = new Ordered((all) => told.push(all.map((o) => `${o.id}${o.version}`)));
  heard.begins();
  heard.take(order("a"));
  heard.take(order("b", { changed_at: time(-20) }));
  expect(told, "half of them").toEqual([]);
  heard.whole();
  expect(told).toEqual([["a1", "b1"]]);
  heard.take(order("a", { version: 2 }));
  heard.take(order("a", { version: 1 }));
  expect(told.at(-1), "an older word").toEqual(["a2", "b1"]);
  heard.take(order("b", { version: 2, state: "ended" }));
  expect(told.at(-1)).toEqual(["a2"]);
  const before = told.length;
  heard.begins();
  heard.take(order("c"));
  expect(told.length).toBe(before);
  // Where nothing else is told either.
  vi.advanceTimersByTime(2_000);
  expect(told.at(-1)).toEqual(["c1"]);
  // A stream that breaks off before it has told anything says nothing of what stands.
  heard.begins();
  heard.breaks();
  vi.advanceTimersByTime(10_000);
  expect(told.at(-1)).toEqual(["c1"]);
  heard.put([order("d")]);
  expect(told.at(-1)).toEqual(["d1"]);
});

function storage() {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (k: string) => kept.get(k) ?? null,
    setItem: (k: string, v: string) => void kept.set(k, v),
  });
  return kept;
}

test("without its hub a page keeps what was in force and as of when, on a start too", () => {
  const kept = storage();
  const first = new Standing("slot");
  first.put([order("a", { to: null }), order("over", { to: time(-1) })]);
  expect(first.shown.map((o) => o.id)).toEqual(["a"]);
  first.lost();
  expect([first.away, first.shown.length]).toEqual([true, 1]);
  const at = first.at;
  const second = new Standing("slot");
  expect(second.shown).toEqual([]);
  second.lost();
  expect(second.shown.map((o) => o.id)).toEqual(["a"]);
  expect([second.away, second.at]).toEqual([true, at]);
  second.put([]);
  expect([second.away, second.shown]).toEqual([false, []]);
  kept.set("slot", "{no json");
  const third = new Standing("slot");
  third.lost();
  expect(third.shown).toEqual([]);
});

test("zones are called by their names, and an area by the zones in it; one that cannot be had is asked for again", async () => {
  storage();
  const zones = [
    { zone: "Z1", name: "Toa Payoh\u202E", lat: 1, lon: 1 },
    { zone: "Z9", name: "Beyond", lat: 9, lon: 9 },
  ];
  const fetch = vi.fn(async (_: string) => new Response(JSON.stringify({ zones })));
  vi.stubGlobal("fetch", fetch);
  const places = new OrderPlaces((zone) => (zone === "K" ? "Known" : undefined));
  const named = order("a", { target: { zones: ["K", "Z1", "Z404"] } });
  expect(places.of(named)).toEqual(["Known", "Z1", "Z404"]);
  await places.learn([named]);
  expect(places.of(named)).toEqual(["Known", "Toa Payoh", "Z404"]);
  expect(String(fetch.mock.calls[0]?.[0])).toBe("/v1/zones?ids=Z1%2CZ404");
  await places.learn([named]);
  expect(fetch).toHaveBeenCalledTimes(1);
  const polygon = { type: "Polygon", coordinates: [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]] }; // prettier-ignore
  const area = order("b", { target: { polygon } });
  fetch.mockRejectedValueOnce(new Error("away"));
  await places.learn([area]);
  expect(places.of(area)).toEqual([]);
  await places.learn([area]);
  expect(places.of(area)).toEqual(["Toa Payoh"]);
  expect(places.of(order("c", { target: { bays: ["B1"] } }))).toEqual(["B1"]);
});

test("the form asks for what was typed, by the hub's clock, and for nothing else", () => {
  const draft = { ...blank(), zones: ["Z1"] };
  expect(asked(draft, null)).toEqual({ kind: "closure", target: { zones: ["Z1"] }, affects: "new_arrivals" });
  const full = {
    ...draft,
    kind: "emergency" as const,
    from: "2026-12-01T08:00",
    to: "2026-12-01T09:30",
    reason: { en: " fire ", zh: "火灾" },
    instruction: { en: "", zh: " " },
    cause: " call 995 ",
    exercise: true,
  };
  expect(asked(full, "Asia/Singapore")).toEqual({
    kind: "emergency",
    target: { zones: ["Z1"] },
    from: "2026-12-01T00:00:00.000Z",
    to: "2026-12-01T01:30:00.000Z",
    reason: { en: "fire", zh: "火灾" },
    cause: "call 995",
    affects: "new_arrivals",
    exercise: true,
  });
  expect([severityOf(draft), severityOf(full), severityOf({ ...full, severity: "info" })]).toEqual([
    "warning",
    "emergency",
    "info",
  ]);
});

test("what it will close counts a floor once, and a refusal is of the member that the hub names", () => {
  const place = (id: string, whole: number, partOf: string | null) =>
    [id, { id, whole, partOf }] as unknown as [string, Place];
  const places = new Map([place("P", 100, null), place("P-1", 40, "P"), place("Q", 5, null)]);
  expect(bays(["P", "P-1", "Q"], places)).toBe(105);
  expect(bays(["P-1", "Q", "gone"], places)).toBe(45);
  expect(["to", "target.zones", "body.reason.en", undefined, 7].map(memberOf)).toEqual([
    "to",
    "target",
    "reason",
    "",
    "",
  ]);
});
