import { expect, test } from "vitest";
import { cluster, radius } from "../src/common/clusters";
import { distance, readPlace, walk } from "../src/common/geo";
import { fitting, moved, projection, zoomed } from "../src/common/map/camera";
import { search } from "../src/common/search";
import { meaningOf, see, type Zone } from "../src/common/zone";
import { read, write } from "../src/driver/address";
import { choices, directions, middle, next, type Nearby } from "../src/driver/choices";

const zone = (more: Partial<Zone>): Zone =>
  ({
    zone: "Z1",
    name: "Toa Payoh Central 9",
    kind: "off_street",
    operator: "HDB",
    lat: 1.33,
    lon: 103.85,
    capacity: 20,
    capacity_by_kind: { car: 20 },
    vacant: { car: 8 },
    occupied: 12,
    unknown: 0,
    closed: 0,
    reserved: 0,
    counted: false,
    accessible: { capacity: 0, vacant: 0 },
    occupancy: 0.6,
    known_fraction: 1,
    stale: false,
    observed_at: "2026-11-29T23:10:45.000Z",
    vacant_expected: null,
    vacant_p10: null,
    vacant_p90: null,
    ...more,
  }) as Zone;

test("a guess is never shown as room", () => {
  expect(meaningOf(zone({}), 8)).toBe("room");
  expect(meaningOf(zone({}), 2)).toBe("filling");
  expect(meaningOf(zone({}), 0)).toBe("full");
  expect(meaningOf(zone({ stale: true }), 8)).toBe("unknown");
  expect(meaningOf(zone({ known_fraction: 0.1 }), 0)).toBe("unknown");
  expect(meaningOf(zone({ observed_at: null, known_fraction: 0 }), 0)).toBe("unknown");
  expect(meaningOf(zone({ observed_at: null, known_fraction: null }), 0)).toBe("unknown");
  // Nobody observes a pool: its bookings say how full it is.
  expect(meaningOf(zone({ observed_at: null, reserved: 20, known_fraction: 1 }), 0)).toBe("full");
  expect(meaningOf(zone({ closed: 20 }), 0)).toBe("closed");
});

test("zones under one disc are what most of them are known to be", () => {
  const at = (id: string, more: Partial<Zone>) => see(zone({ zone: id, ...more }), "car");
  const [known] = cluster([at("A", {}), at("B", { vacant: { car: 0 } })], 12);
  expect([known?.free, known?.capacity, known?.meaning]).toEqual([8, 40, "room"]);
  const unknown = [at("A", { stale: true }), at("B", { stale: true }), at("C", {})];
  expect(cluster(unknown, 12)[0]?.meaning).toBe("unknown");
  expect(cluster(unknown, 17)).toHaveLength(3);
  expect(cluster([], 12)).toEqual([]);
});

test("discs of neighbouring cells are no larger than their cells", () => {
  const large = cluster([see(zone({ capacity_by_kind: { car: 1_000_000 } }), "car")], 12);
  expect(large.map(radius)).toEqual([26]);
});

test("no disc lies on another, at any zoom at which zones are told together", () => {
  const zones = Array.from({ length: 400 }, (_, n) =>
    see(zone({ zone: `Z${n}`, lat: 1.3 + ((n * 37) % 101) / 2000, lon: 103.8 + ((n * 53) % 97) / 2000 }), "car"),
  );
  for (const zoom of [11, 12.5, 14, 15.9]) {
    const all = cluster(zones, zoom);
    expect(all.reduce((n, c) => n + c.zones.length, 0)).toBe(400);
    const p = projection({ lat: 1.3, lon: 103.8, zoom: Math.floor(zoom) }, { width: 400, height: 400 });
    const parts = all.flatMap((a, i) =>
      all
        .slice(i + 1)
        .map((b) => Math.hypot(p.x(a.lon) - p.x(b.lon), p.y(a.lat) - p.y(b.lat)) / (radius(a) + radius(b))),
    );
    // A disc that has taken in others has grown by a little.
    expect(parts.reduce((a, b) => Math.min(a, b), Infinity)).toBeGreaterThan(0.75);
  }
});

test("the address bar says it all, and what is typed into it does no harm", () => {
  const query =
    "?near=1.33430,103.85630&name=Toa+Payoh&z=15.5&kind=heavy&ev=1&price=200&height=210&in=30&open=zone%3ATPY005";
  const address = read(query);
  expect(address.filters).toEqual({ kind: "heavy", accessible: false, ev: true, most: 200, height: 210, arrive: 30 });
  expect(read(write(address))).toEqual(address);
  const bad = read(`?near=91,200&z=99&kind=tank&price=-5&height=x&in=31&name=${"n".repeat(300)}&near=<b>`);
  expect(bad.near).toBeNull();
  expect(bad.zoom).toBeNull();
  expect(bad.filters).toEqual({ kind: "car", accessible: false, ev: false, most: null, height: null, arrive: 0 });
  expect(bad.name).toHaveLength(120);
});

test("a place can be typed as other maps copy it", () => {
  expect(readPlace(" 1.3343, 103.8563 ")).toEqual({ lat: 1.3343, lon: 103.8563 });
  expect(readPlace("31.23，121.47")).toEqual({ lat: 31.23, lon: 121.47 });
  for (const text of ["Toa Payoh", "91,0", "0,181", "1", ""]) expect(readPlace(text), text).toBeNull();
});

test("distance is the crow's, the walk is a person's", () => {
  expect(distance({ lat: 0, lon: 0 }, { lat: 0, lon: 1 })).toBeCloseTo(111_195, -1);
  expect(walk(500)).toBe(8);
  expect(walk(0)).toBe(1);
});

const bay = (more: object) => ({
  bay: "B1",
  zone: "Z1",
  zone_name: "Zone 1",
  zone_kind: "on_street",
  lat: 1,
  lon: 2,
  distance_m: 100,
  state: "vacant",
  p_vacant: 0.8,
  p_vacant_on_arrival: 0.5,
  observed_at: "2026-11-29T23:10:45.000Z",
  source_kind: "sensor",
  kind: "car",
  accessible: false,
  ev_charging: false,
  price_cents_per_hour: 120,
  max_height_cm: null,
  max_stay_min: null,
  ...more,
});

test("bays of a zone are one line, a shared one its own, and the nearest comes first", () => {
  const nearby = {
    at: "2026-11-29T23:10:45.000Z",
    bays: [
      bay({}),
      bay({ bay: "B2", distance_m: 90, p_vacant: 0.9, price_cents_per_hour: 100 }),
      bay({
        bay: "S1",
        zone: "P",
        offer: "of_1",
        currency: "SGD",
        price_cents_per_hour: null,
        price_cents_per_stay: 500,
        p_vacant: null,
      }),
    ],
    zones: [
      {
        zone: "C",
        name: "",
        kind: "off_street",
        lat: 1,
        lon: 2,
        distance_m: 10,
        vacant: 30,
        capacity: 105,
        p_any_vacant: null,
        observed_at: null,
        price_cents_per_hour: null,
        max_height_cm: null,
      },
    ],
  } as unknown as Nearby;
  const found = choices(nearby, false);
  expect(found.map((c) => [c.key, c.free, c.of, c.p])).toEqual([
    ["zone:C", 30, 105, null],
    ["zone:Z1", 2, null, 0.9],
    ["bay:S1", 1, null, null],
  ]);
  expect(found[0]?.name).toBe("C");
  expect(found[1]?.prices?.minor).toBe(100);
  expect(found[2]?.prices).toEqual({ minor: 500, currency: "SGD", by: "stay" });
  expect(choices(nearby, true)[1]?.p).toBe(0.5);
  expect(choices({ at: "" } as Nearby, false)).toEqual([]);
  expect(next({ at: "", next_nearest: { bay: bay({}) } } as unknown as Nearby, false)?.key).toBe("zone:Z1");
});

test("a search finds by any words of name, id and operator, in any language", () => {
  const all = [
    see(zone({ zone: "TPY10", name: "Toa Payoh Central 10" }), "car"),
    see(zone({ zone: "TPY2", name: "Toa Payoh Central 2" }), "car"),
    see(zone({ zone: "HK1", name: "虹口 百联停车场 200080" }), "car"),
  ];
  expect(search(all, "central toa", 8).map((z) => z.id)).toEqual(["TPY2", "TPY10"]);
  expect(search(all, "tpy10", 8).map((z) => z.id)).toEqual(["TPY10"]);
  expect(search(all, "百联", 8).map((z) => z.id)).toEqual(["HK1"]);
  expect(search(all, "200080", 8).map((z) => z.id)).toEqual(["HK1"]);
  expect(search(all, "  ", 8)).toEqual([]);
});

test("a first look is where most of the parking is, not between two towns", () => {
  const at = (id: string, lat: number) => see(zone({ zone: id, lat }), "car");
  expect(middle([at("A", 1), at("B", 1.001), at("C", 1.002), at("D", 50)])?.lat).toBeCloseTo(1, 1);
  expect(middle([])).toBeNull();
});

test("directions take a name as text", () => {
  const ways = directions(1.5, 103.5, `a"&x=1<b>`);
  expect(ways[0]?.href).toBe("geo:1.500000,103.500000?q=1.500000,103.500000(a%22%26x%3D1%3Cb%3E)");
  expect(ways.every((w) => !/[<>"]/.test(w.href))).toBe(true);
});

test("the map stays under the finger", () => {
  const size = { width: 400, height: 300 };
  const look = { lat: 1.33, lon: 103.85, zoom: 15 };
  const under = projection(look, size).at(100, 50);
  const near = projection(zoomed(look, size, 2, 100, 50), size);
  expect(near.x(under.lon)).toBeCloseTo(100, 3);
  expect(near.y(under.lat)).toBeCloseTo(50, 3);
  const after = projection(moved(look, size, 30, -20), size);
  expect(after.x(under.lon)).toBeCloseTo(130, 3);
  const box = { west: 103, east: 104, south: 1, north: 2 };
  const all = projection(fitting(box, size), size);
  expect(all.x(103)).toBeGreaterThan(0);
  expect(all.y(1)).toBeLessThan(300);
  expect(fitting({ west: 1, east: 1, south: 1, north: 1 }, size).zoom).toBe(16);
});
