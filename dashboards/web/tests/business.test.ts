import { expect, test } from "vitest";
import { added, grips, moved } from "../src/business/dragging";
import {
  comings,
  daysBack,
  crowd,
  ledger,
  minutes,
  money,
  monthOf,
  openIn,
  runsOf,
  wallText,
  type Booking,
  type Offer,
  type Weekly,
} from "../src/business/hours";
import { stay, today } from "../src/business/words";
import { instant, monday, wall } from "../src/common/zoned";

const SG = "Asia/Singapore";
const utc = (text: string) => Date.parse(text);
const offer = (more: Partial<Offer>) => ({ windows: [], exceptions: [], time_zone: SG, ...more }) as unknown as Offer;
const iso = (spans: [number, number][]) => spans.map((s) => s.map((at) => new Date(at).toISOString().slice(0, 16)));

test("a place's own clock, also where it is turned", () => {
  expect(wall(utc("2026-11-29T20:30:00Z"), SG)).toEqual({ year: 2026, month: 11, date: 30, day: 0, minute: 270 });
  expect(instant(2026, 11, 30, 0, SG)).toBe(utc("2026-11-29T16:00:00Z"));
  expect(monday(utc("2026-12-06T15:59:00Z"), SG)).toBe(utc("2026-11-29T16:00:00Z"));
  expect(monday(utc("2026-12-06T16:00:00Z"), SG)).toBe(utc("2026-12-06T16:00:00Z"));
  // Berlin has no 02:30 on 29 March and two on 25 October.
  expect(instant(2026, 3, 29, 24 * 60, "Europe/Berlin")).toBe(utc("2026-03-29T22:00:00Z"));
  expect(instant(2026, 10, 25, 12 * 60, "Europe/Berlin")).toBe(utc("2026-10-25T11:00:00Z"));
  expect(wall(utc("2026-11-30T00:00:00Z"), "No/Where").year).toBe(2026);
});

test("a night belongs to the day on which it begins, and what meets is one", () => {
  const [from, to] = [instant(2026, 11, 30, 0, SG), instant(2026, 12, 7, 0, SG)];
  const nights = offer({
    windows: [
      { days: ["workday"], from: "17:00", to: "08:00" },
      { days: ["dayoff"], from: "00:00", to: "24:00" },
    ],
  });
  expect(iso(openIn(nights, from, to))).toEqual([
    ["2026-11-30T09:00", "2026-12-01T00:00"],
    ["2026-12-01T09:00", "2026-12-02T00:00"],
    ["2026-12-02T09:00", "2026-12-03T00:00"],
    ["2026-12-03T09:00", "2026-12-04T00:00"],
    ["2026-12-04T09:00", "2026-12-06T16:00"],
  ]);
  // The Sunday night before reaches into the week.
  const sunday = offer({ windows: [{ days: ["sun"], from: "22:00", to: "06:00" }] });
  expect(iso(openIn(sunday, from, to))).toEqual([
    ["2026-11-29T16:00", "2026-11-29T22:00"],
    ["2026-12-06T14:00", "2026-12-06T16:00"],
  ]);
});

test("single hours, by offset or by the wall, and exceptions", () => {
  const [from, to] = [instant(2026, 11, 30, 0, SG), instant(2026, 12, 7, 0, SG)];
  const once = offer({
    windows: [{ start: "2026-12-01T08:00:00", end: "2026-12-01T10:00:00+08:00" }],
    exceptions: [{ start: "2026-12-01T08:30:00", end: "2026-12-01T09:00:00" }],
  });
  expect(iso(openIn(once, from, to))).toEqual([
    ["2026-12-01T00:00", "2026-12-01T00:30"],
    ["2026-12-01T01:00", "2026-12-01T02:00"],
  ]);
});

test("days that follow each other are one run", () => {
  expect(runsOf(["mon", "tue", "wed", "sat"])).toEqual([
    [0, 2],
    [5, 5],
  ]);
  expect(runsOf([])).toEqual([]);
  expect(minutes("24:00")).toBe(1440);
});

test("of a pool it is known how many have a place at once", () => {
  expect(
    crowd([
      [0, 10],
      [5, 15],
      [10, 20],
    ]),
  ).toEqual([
    { from: 0, to: 5, n: 1 },
    { from: 5, to: 10, n: 2 },
    { from: 10, to: 15, n: 2 },
    { from: 15, to: 20, n: 1 },
  ]);
});

const booking = (more: Partial<Booking>) => ({ state: "confirmed", ...more }) as Booking;

test("the gate sees who is there, and who comes within the day", () => {
  const now = utc("2026-11-30T08:00:00Z");
  const at = (h: number) => new Date(now + h * 3_600_000).toISOString();
  const all = [
    booking({ id: "later", start: at(30), end: at(31) }),
    booking({ id: "second", start: at(3), end: at(4) }),
    booking({ id: "first", start: at(-0.2), end: at(2) }),
    booking({ id: "over", state: "active", start: at(-3), end: at(-1) }),
    booking({ id: "gone", state: "cancelled", start: at(1), end: at(2) }),
    booking({ id: "missed", start: at(-5), end: at(-4) }),
  ];
  const { there, next } = comings(all, now, 86_400_000);
  expect(there.map((b) => b.id)).toEqual(["over"]);
  expect(next.map((b) => b.id)).toEqual(["first", "second"]);
});

test("money of two currencies is never added, and what is given back is told apart", () => {
  const row = (reservation: string, amount_cents: number, currency = "SGD", at = "2026-11-30T08:00:00Z") =>
    ({ reservation, amount_cents, currency, at, event: "confirmed" }) as never;
  const rows = [row("a", 500), row("a", -200), row("b", 700, "CNY"), row("c", 0)];
  expect(money(rows)).toEqual([
    { currency: "SGD", earned: 500, back: 200 },
    { currency: "CNY", earned: 700, back: 0 },
  ]);
  expect(ledger(rows).map((l) => [l.id, l.sum])).toEqual([
    ["a", 300],
    ["b", 700],
  ]);
});

test("an edge that is dragged moves on all its days, and hours never turn inside out", () => {
  const [from, to] = [instant(2026, 11, 30, 0, SG), instant(2026, 12, 7, 0, SG)];
  const on = (date: number, minute: number) => instant(2026, 11, date, minute, SG);
  const nights: Weekly[] = [{ days: ["mon", "tue"], from: "18:00", to: "08:00" }];
  const found = grips(offer({ windows: nights }), nights, from, to);
  expect(found.map((g) => g.edge)).toEqual(["from", "to", "from", "to"]);
  const [evening, morning] = found as [(typeof found)[0], (typeof found)[0]];
  const drag = (grip: typeof evening, date: number, minute: number) =>
    moved(nights, grip, on(date, minute), SG, 30).weekly[0];
  expect(drag(evening, 30, 19 * 60 + 40)).toEqual({ days: ["mon", "tue"], from: "19:30", to: "08:00" });
  expect(drag(evening, 29, 0)?.from, "never 24 hours").toBe("08:30");
  expect(drag(evening, 33, 0)?.from).toBe("23:30");
  expect(drag(morning, 31, 0)?.to).toBe("24:00");
  expect(drag(morning, 31, 10)?.to).toBe("24:00");
  expect(drag(morning, 30, 0)?.to).toBe("18:30");
  expect(drag(morning, 35, 0)?.to).toBe("17:30");

  const days: Weekly[] = [{ days: ["workday"], from: "00:00", to: "12:00" }];
  const [, noon] = grips(offer({ windows: days }), days, from, to);
  expect(noon && moved(days, noon, on(35, 0), SG, 30).weekly[0]?.to, "all of a day").toBe("24:00");
  // Where an exception cuts there is no edge of the hours.
  const cut = [{ start: "2026-11-30T08:00:00", end: "2026-11-30T13:00:00" }] as Offer["exceptions"];
  expect(grips(offer({ windows: days, exceptions: cut }), days, from, to)).toHaveLength(9);
});

test("a stretch that is chosen is put on offer, and joins hours that are there", () => {
  const on = (date: number, minute: number) => instant(2026, 11, date, minute, SG);
  const one = added([], [on(32, 13 * 60), on(32, 9 * 60 + 10)], SG, 30);
  expect(one?.weekly).toEqual([{ days: ["wed"], from: "09:00", to: "13:00" }]);
  const two = added(one?.weekly ?? [], [on(30, 9 * 60), on(30, 13 * 60)], SG, 30);
  expect(two?.weekly).toEqual([{ days: ["mon", "wed"], from: "09:00", to: "13:00" }]);
  expect(added([], [on(30, 600), on(30, 605)], SG, 30)).toBeNull();
  expect(added([], [on(30, 1200), on(33, 0)], SG, 30)?.weekly[0]).toEqual({
    days: ["mon"],
    from: "20:00",
    to: "19:30",
  });
  expect(added([], [on(30, 0), on(33, 0)], SG, 30)?.weekly[0]).toEqual({ days: ["mon"], from: "00:00", to: "24:00" });
});

test("whoever stands at the gate is told the day, unless it is today", () => {
  const now = utc("2026-11-30T11:46:00Z");
  const day = 24 * 3_600_000;
  expect(today(now, now, SG)).toBe("19:46");
  expect(today(now + 25 * day, now, SG)).toMatch(/25 Dec.*19:46/);
  // The same date of another month is another day.
  expect(today(utc("2026-12-30T11:46:00Z"), now, SG)).toMatch(/30 Dec.*19:46/);
  expect(stay(now, now + 3_600_000, now, SG)).toBe("19:46–20:46");
  expect(stay(now + 2 * 3_600_000, now + 3 * day, now, SG)).toMatch(/^21:46 – .*3 Dec.*19:46$/);
  expect(stay(now + day, now + day + 3_600_000, now, SG)).toMatch(/1 Dec.*19:46–20:46$/);
  // It begins tonight and ends after midnight there, which is the same day in London.
  expect(stay(utc("2026-11-30T15:00:00Z"), utc("2026-11-30T17:00:00Z"), now, SG)).toMatch(/^23:00 – .*1 Dec.*01:00$/);
});

test("days and months are those of the offer's clock, not of the reader's", () => {
  const at = utc("2026-11-30T17:30:00Z");
  expect(wallText(at, SG)).toBe("2026-12-01T01:30");
  expect([monthOf(at, SG), monthOf(at, "UTC"), monthOf(at, SG, 12)]).toEqual(["2026-12", "2026-11", "2025-12"]);
  // The last seven days are seven, today with them.
  expect(daysBack(at, SG, 7)).toBe(utc("2026-11-24T16:00:00Z"));
});
