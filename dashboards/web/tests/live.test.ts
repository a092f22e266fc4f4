// Single bays on the map: the stream says how they are, a call where, and both in any order.
import { expect, test } from "vitest";
import { Bays, type Where } from "../src/common/live/bays";
import type { Place } from "../src/common/geo";
import type { SeenBay } from "../src/common/zone";

const BOX = { west: 0, south: 0, east: 1, north: 1 };
const at = (n: number): Place => ({ lat: n / 10, lon: n / 10 });
const calm = () => new Promise((done) => setTimeout(done, 0));

function following(where: Partial<Where>) {
  const [told, gone]: [SeenBay[], string[]] = [[], []];
  const none: Where = { inBox: async function* () {}, one: () => Promise.resolve(null) };
  const bays = new Bays(
    { ...none, ...where },
    (b) => told.push(b),
    (b) => gone.push(b),
  );
  return { bays, told, gone };
}

test("a bay is told once it is known where it is, whichever is heard first", async () => {
  const inBox = async function* () {
    yield [["A", at(1)] as [string, Place]];
    yield [["B", at(2)] as [string, Place]];
  };
  const { bays, told, gone } = following({ inBox });
  // As the hub sends it: without a place.
  bays.take({ bay: "A", zone: "Z", state: "vacant", reserved: false });
  expect(told).toEqual([]);
  expect(await bays.look(BOX)).toBe(true);
  expect(told).toEqual([{ id: "A", zone: "Z", ...at(1), meaning: "room", reserved: false }]);
  bays.take({ bay: "B", zone: "Z", state: "reserved" });
  expect(told[1]).toEqual({ id: "B", zone: "Z", ...at(2), meaning: "full", reserved: true });
  bays.take({ bay: "A", zone: "Z", state: "occupied", reserved: false });
  expect(told[2]?.meaning).toBe("full");
  bays.take({ bay: "A", zone: "Z", gone: true });
  expect(gone).toEqual(["A"]);
});

test("a bay that the box has not is asked for by itself, and one that nobody knows is left out", async () => {
  const asked: string[] = [];
  const one = (bay: string) => {
    asked.push(bay);
    return bay === "P" ? Promise.resolve(at(3)) : Promise.reject(new Error("404"));
  };
  const { bays, told } = following({ one });
  for (const bay of ["P", "Q"]) bays.take({ bay, zone: "Z", state: "vacant" });
  expect(asked).toEqual([]);
  await bays.look(BOX);
  await calm();
  expect([asked, told.map((b) => b.id)]).toEqual([["P", "Q"], ["P"]]);
  // However many there are, only so many are asked for.
  for (let n = 0; n < 500; n++) bays.take({ bay: `N${n}`, zone: "Z", state: "vacant" });
  for (let n = 0; n < 100; n++) await calm();
  expect(asked.length).toBeLessThan(70);
});

test("a look that failed is to be asked again; one that is not wanted any more is not", async () => {
  const failing = following({
    inBox: async function* () {
      await calm();
      throw new Error("429");
    },
  });
  expect(await failing.bays.look(BOX)).toBe(false);
  const first = failing.bays.look(BOX);
  void failing.bays.look({ ...BOX, east: 2 });
  expect(await first).toBe(true);
});
