// What a driver is shown of a place: how sure that is, and what it answers.
import { expect, test } from "vitest";
import { see, type Seen, type Zone } from "../src/common/zone";
import { read } from "../src/driver/address";
import { withZone, type Choice } from "../src/driver/choices";
import { question } from "../src/driver/kept";
import { opened, type Around } from "../src/driver/opened";
import { shownAs } from "../src/driver/shown";
import { Watch } from "../src/driver/watch.svelte";

const NOW = { old: false, later: false };

const zone = (more: Partial<Zone> = {}): Seen =>
  see(
    {
      zone: "Z",
      name: "Zone",
      kind: "off_street",
      operator: "HDB",
      lat: 1.3,
      lon: 103.8,
      capacity: 100,
      capacity_by_kind: { car: 100 },
      vacant: { car: 40 },
      closed: 0,
      reserved: 0,
      occupancy: 0.6,
      known_fraction: 1,
      stale: false,
      observed_at: "2026-11-29T23:10:45.000Z",
      ...more,
    } as Zone,
    "car",
  );

const choice = (more: Partial<Choice> = {}): Choice => ({
  key: "zone:Z",
  zone: "Z",
  name: "Zone",
  lat: 1.3,
  lon: 103.8,
  distance: 100,
  free: 40,
  of: 100,
  p: 0.9,
  prices: null,
  height: null,
  stay: null,
  at: null,
  source: null,
  bay: null,
  shared: false,
  credit: null,
  ...more,
});

const SHARED = { key: "bay:S1", shared: true, free: 1, of: null, bay: { bay: "S1" } as Choice["bay"] };

test("a line has its zone's colour on the map", () => {
  const room = zone();
  const few = zone({ vacant: { car: 2 } });
  const crowded = zone({ occupancy: 0.9, vacant: { car: 10 } });
  for (const seen of [room, few, crowded]) {
    expect(shownAs(choice({ free: seen.free }), seen, NOW)).toBe(seen.meaning);
  }
  expect([few.meaning, crowded.meaning]).toEqual(["filling", "filling"]);
  expect(shownAs(choice(), zone({ stale: true }), NOW)).toBe("unknown");
  expect(shownAs(choice(), zone({ closed: 100 }), NOW)).toBe("closed");
  // Two charging points of a car park that has room otherwise; a zone of which the page knows no more.
  expect(shownAs(choice({ free: 2 }), room, NOW)).toBe("filling");
  expect(shownAs(choice(), null, NOW)).toBe("room");
});

test("what is old is never blue, a shared bay neither", () => {
  const old = { old: true, later: false };
  for (const c of [choice(), choice(SHARED), choice({ free: 0 })]) {
    expect(shownAs(c, zone(), old)).toBe("unknown");
    expect(shownAs(c, null, { old: true, later: true })).toBe("unknown");
  }
  expect(shownAs(choice(SHARED), null, NOW)).toBe("room");
});

test("a later arrival has the colour of its likelihood", () => {
  const later = { old: false, later: true };
  const by = (p: number | null) => shownAs(choice({ p }), zone(), later);
  expect([0.95, 0.8, 0.5, 0.1, null].map(by)).toEqual(["room", "room", "filling", "full", "unknown"]);
});

test("what is booked out is reserved or full, and not room that nobody knows of", () => {
  const pool = zone({
    kind: "private",
    capacity: 1,
    capacity_by_kind: { car: 1 },
    vacant: { car: 0 },
    reserved: 1,
    observed_at: null,
  });
  expect(pool.meaning).toBe("full");
  expect(shownAs(choice({ free: 0 }), pool, NOW)).toBe("reserved");
  expect(shownAs(choice({ ...SHARED, free: 0 }), null, NOW)).toBe("reserved");
  expect(shownAs(choice({ free: 0 }), zone({ vacant: { car: 0 } }), NOW)).toBe("full");
  expect(shownAs(choice({ free: 0 }), null, NOW)).toBe("unknown");
});

const around = (more: Partial<Around> = {}): Around => ({
  found: [],
  beyond: null,
  last: null,
  zone: () => undefined,
  place: { lat: 1.3, lon: 103.8 },
  answered: true,
  plain: true,
  ...more,
});

test("an open sheet never keeps room that is gone", () => {
  const pool = choice({ shared: true, free: 3 });
  const full = zone({ vacant: { car: 0 } });
  expect(opened("zone:Z", around({ found: [pool] }))).toBe(pool);
  // By the zone's own figures, and where there are none it has none.
  const left = (more: Partial<Around>) => opened("zone:Z", around({ last: pool, ...more }));
  expect(left({ zone: () => full })).toMatchObject({ free: 0, of: 100, shared: true, p: null });
  expect(left({ zone: () => zone({ vacant: { car: 2 } }) })?.free).toBe(2);
  expect(left({})?.free).toBe(0);
  // A zone's figures are of all its bays: not of those with a charging point.
  expect(left({ zone: () => zone(), plain: false })?.free).toBe(0);
  expect(opened("bay:S1", around({ last: choice(SHARED), zone: () => zone() }))?.free).toBe(0);
  // No answer yet: as it was, but from the place that is named now.
  const far = left({ answered: false, place: { lat: 1.4, lon: 103.8 } });
  expect([far?.free, Math.round(far?.distance ?? 0)]).toEqual([3, 11120]);
  // A link to one that is no line.
  expect(opened("Z", around({ zone: (id) => (id === "Z" ? full : undefined) }))).toMatchObject({ free: 0 });
  expect(opened("zone:NOPE", around())).toBeNull();
});

test("a car park that fills is told at once, before the list is asked for again", () => {
  expect(withZone(choice(), zone({ vacant: { car: 0 } })).free).toBe(0);
  expect(withZone(choice(), zone({ stale: true, vacant: { car: 0 } })).free).toBe(40);
});

test("an answer is to one place and one set of filters", () => {
  const { filters } = read("");
  const here = question({ lat: 1.3, lon: 103.8 }, filters);
  expect(question({ lat: 1.300001, lon: 103.8 }, { ...filters })).toBe(here);
  expect(question({ lat: 1.31, lon: 103.8 }, filters)).not.toBe(here);
  for (const q of ["ev=1", "accessible=1", "price=100", "height=200", "in=60", "kind=heavy"]) {
    expect(question({ lat: 1.3, lon: 103.8 }, read(`?${q}`).filters), q).not.toBe(here);
  }
});

test("a watch tells of the first bay that frees, and ends", () => {
  const followed: string[][] = [];
  const watch = new Watch((zones) => followed.push(zones));
  watch.toggle("Z", "Zone");
  expect(watch.hear(zone(), "car")).toBe(false);
  expect(watch.hear(zone({ vacant: { car: 0, heavy: 1 } }), "car")).toBe(false);
  expect(watch.hear(zone({ zone: "OTHER" }), "car")).toBe(false);
  expect(watch.hear(zone({ vacant: { car: 1 } }), "car")).toBe(true);
  expect([watch.freed.map((f) => f.name), watch.zones.size]).toEqual([["Zone"], 0]);
  expect(followed).toEqual([["Z"], []]);
  watch.read("Z");
  expect(watch.freed).toEqual([]);
});
