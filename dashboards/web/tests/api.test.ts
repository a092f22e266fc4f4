import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { FILE, types } from "../scripts/types.js";

test("the client's types are those of the description (else: npm run types)", async () => {
  expect(await types()).toBe(readFileSync(FILE, "utf8"));
});
