import { expect, test } from "vitest";
import { clipped, stretches } from "../src/common/map/roads";
import { squares, unpacked } from "../src/common/map/streets";

test("a street's points are each told from the one before", () => {
  const told = unpacked(["Lorong 1", [103_845_000, 1_330_000, 10_000, -500, 0, 1000], [-500, -20]]);
  expect(told).toEqual({
    name: "Lorong 1",
    lines: [
      [103.845, 1.33, 103.855, 1.3295, 103.855, 1.3305],
      [-0.0005, -0.00002],
    ],
  });
});

test("squares are the hub's: a fiftieth of a degree, counted from Greenwich and the equator", () => {
  expect(squares({ west: 103.841, south: 1.331, east: 103.861, north: 1.339 })).toEqual(["5192_66", "5193_66"]);
  expect(squares({ west: -0.01, south: -0.01, east: 0.01, north: -0.005 })).toEqual(["-1_-1", "0_-1"]);
  // A whole city is none.
  expect(squares({ west: 103.6, south: 1.2, east: 104, north: 1.5 })).toEqual([]);
});

test("a name goes along what is as good as straight", () => {
  const bent = stretches([
    [0, 0],
    [50, 1],
    [100, 0],
    [100, 80],
  ]);
  expect(bent).toEqual([
    { ax: 0, ay: 0, bx: 100, by: 0 },
    { ax: 100, ay: 0, bx: 100, by: 80 },
  ]);
  expect(stretches([[1, 1]])).toEqual([]);
});

test("only what is on the screen counts", () => {
  expect(clipped({ ax: -100, ay: 50, bx: 300, by: 50 }, 200, 100)).toEqual({ ax: 0, ay: 50, bx: 200, by: 50 });
  expect(clipped({ ax: -100, ay: 50, bx: -10, by: 60 }, 200, 100)).toBeNull();
  expect(clipped({ ax: 10, ay: 300, bx: 90, by: 300 }, 200, 100)).toBeNull();
});
