import { expect, test } from "vitest";
import { DARK, LIGHT } from "../src/common/palette";
import type { Meaning } from "../src/common/zone";
import { apart, ciede2000, contrast, EYES } from "./colour";

const MEANINGS: Meaning[] = ["room", "filling", "full", "unknown", "closed"];

test("the measure is that of the published pairs (Sharma 2005)", () => {
  expect(ciede2000([50, 2.6772, -79.7751], [50, 0, -82.7485])).toBeCloseTo(2.0425, 4);
  expect(ciede2000([50, 2.5, 0], [73, 25, -18])).toBeCloseTo(27.1492, 4);
  expect(ciede2000([22.7233, 20.0904, -46.694], [23.0331, 14.973, -42.5619])).toBeCloseTo(2.0373, 4);
  expect(ciede2000([50, -1, 2], [50, 0, 0])).toBeCloseTo(2.3669, 4);
});

for (const [name, palette] of Object.entries({ LIGHT, DARK })) {
  test(`no two states look alike to anybody: ${name}`, () => {
    const colours: [string, string][] = MEANINGS.map((m) => [m, palette[m].fill]);
    colours.push(["reserved", palette.reserved]);
    for (const eyes of EYES) {
      for (const [i, [a, one]] of colours.entries()) {
        for (const [b, other] of colours.slice(i + 1)) {
          const far = apart(one, other, eyes);
          expect(far, `${a} and ${b} to ${eyes}: ${far.toFixed(1)}`).toBeGreaterThanOrEqual(15);
        }
      }
    }
  });

  test(`text can be read: ${name}`, () => {
    for (const m of MEANINGS) expect(contrast(palette[m].fill, palette[m].ink), m).toBeGreaterThanOrEqual(4.5);
    for (const ground of [palette.paper, palette.card, palette.land, palette.sea, palette.road]) {
      for (const ink of [palette.ink, palette.soft, palette.accent]) {
        expect(contrast(ground, ink), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });
}
