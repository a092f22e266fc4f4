// What others wrote, in names and in links, does a page no harm.
import { expect, test } from "vitest";
import { plain } from "../src/common/text";
import { see, type Zone } from "../src/common/zone";
import { read } from "../src/driver/address";
import { say } from "../src/words/words.svelte";

test("a link with a fraction asks for what the hub takes", () => {
  const { filters } = read("?price=0.5&height=250.5&in=30.0");
  expect([filters.most, filters.height, filters.arrive]).toEqual([0, 251, 30]);
});

test("a name turns nothing round but itself", () => {
  expect(plain("Car\u202Ekrap\u2066")).toBe("Carkrap");
  expect(see({ name: "\u202Eevil", capacity_by_kind: {}, vacant: {} } as Zone, "car").name).toBe("evil");
  expect(read("?name=%E2%80%AEevil").name).toBe("evil");
  expect(say("en", "sharedBay", { zone: "חניון\u202E" })).toBe("Shared bay at \u2068חניון\u2069");
  expect(say("en", "sharedBay", { zone: "Toa Payoh\u202E" })).toBe("Shared bay at Toa Payoh");
});
