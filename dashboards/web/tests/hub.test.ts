// How pages hear of the hub: its clock, its silence, and keys.
import { afterEach, expect, test, vi } from "vitest";
import { ask, Refusal } from "../src/common/client";
import { corrected, heardOf } from "../src/common/clock";
import { isTest, KeyRing } from "../src/common/keys.svelte";
import { Loaded } from "../src/common/loaded.svelte";
import { ahead, hubNow } from "../src/common/now.svelte";
import { taken } from "../src/partner/token";

afterEach(() => vi.unstubAllGlobals());
const DAY = 86_400_000;
const answers = (answer: () => Response | Promise<Response>) => {
  const fetch = vi.fn(async () => answer());
  vi.stubGlobal("fetch", fetch);
  return fetch;
};
const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers });

test("the hub's clock is what its answers allow, and no more is changed of it", () => {
  const at = Date.parse("2026-11-30T12:00:00Z");
  const heard = { said: at, sent: at + 400, heard: at + 700, kept: 0 };
  // The second is not over: the clocks may be the same.
  expect(corrected(0, heard)).toBe(0);
  expect(corrected(-5_000, heard)).toBe(-700);
  expect(corrected(5_000, heard)).toBe(600);
  // A device that is a day slow.
  expect(corrected(0, { ...heard, sent: at - DAY, heard: at - DAY + 300 })).toBe(DAY - 300);
  // A slow answer, and one that the browser kept, say less; one without a date nothing.
  expect(corrected(0, { ...heard, heard: at + 9_000 })).toBe(0);
  expect(corrected(0, { ...heard, sent: at + 30_000, heard: at + 30_001, kept: 60_000 })).toBe(0);
  expect(corrected(7, { ...heard, said: NaN })).toBe(7);
  const headers = new Headers({ date: "Mon, 30 Nov 2026 12:00:00 GMT", "cache-control": "private, max-age=60" });
  expect(heardOf(headers, 1, 2)).toEqual({ said: at, sent: 1, heard: 2, kept: 60_000 });
});

test("every page that asks knows the hub's clock, and who needs it first asks for it", async () => {
  const date = new Date(Date.now() + DAY).toUTCString();
  const fetch = answers(() => json({}, 200, { date }));
  expect(Math.abs((await hubNow()) - Date.now() - DAY)).toBeLessThan(2_000);
  expect(Math.abs(ahead() - DAY)).toBeLessThan(2_000);
  await hubNow();
  expect(fetch).toHaveBeenCalledTimes(1);
});

test("what is no key is refused without asking, and a hub that is ill says nothing of one", async () => {
  const fetch = answers(() => json({ detail: "busy" }, 503));
  const ring = new KeyRing("share");
  expect(await ring.take("bh_live_ключ")).toBe("odd");
  expect(await ring.take("bh_live_a b")).toBe("odd");
  expect(await ring.take("bh_live_é")).toBe("odd");
  expect(fetch).not.toHaveBeenCalled();
  await expect(ring.take("bh_live_a")).rejects.toMatchObject({ status: 503, message: "busy" });
  answers(() => json({ detail: "no" }, 401));
  expect(await ring.take("bh_live_a")).toBe("bad");
  // What no header can carry is not a hub that is away.
  await expect(ask("/v1/zones", { key: "ключ" })).rejects.not.toBeInstanceOf(Refusal);
});

test("a key that the hub takes no more is gone with a word, one that is forgotten without", async () => {
  answers(() => json({ name: "acme", key: { name: "acme:a", scopes: ["share"] } }));
  const ring = new KeyRing("share");
  expect(await ring.take("bh_test_a")).toBe("ok");
  expect(isTest(ring.held)).toBe(true);
  ring.refuse();
  expect([ring.held, ring.refused]).toEqual([null, true]);
  expect(await ring.take("bh_live_a")).toBe("ok");
  expect([isTest(ring.held), ring.refused]).toEqual([false, false]);
  ring.forget();
  ring.refuse();
  expect([ring.held, ring.refused]).toEqual([null, false]);
});

test("an answer that breaks off or is somebody else's is none of the hub's", async () => {
  answers(() => new Response("<html>sign in to this network</html>"));
  await expect(ask("/v1/zones")).rejects.toMatchObject({ status: 0 });
  const broken = new ReadableStream({ start: (c) => c.error(new TypeError("network")) });
  answers(() => new Response(broken));
  await expect(ask("/v1/zones")).rejects.toMatchObject({ status: 0 });
});

test("who asks again before a hub that hangs is given up learns all the same that it is away", async () => {
  const waits: { good: (n: number) => void; bad: (e: unknown) => void }[] = [];
  const one = new Loaded(() => new Promise<number>((good, bad) => waits.push({ good, bad })));
  const settle = () => new Promise((done) => setTimeout(done));
  void one.load();
  waits[0]?.good(1);
  await settle();
  void one.load();
  void one.load();
  waits[1]?.bad(new Refusal(0, ""));
  await settle();
  expect([one.value, one.failed?.unreachable, one.busy]).toEqual([1, true, true]);
  waits[2]?.good(2);
  await settle();
  expect([one.value, one.failed, one.busy]).toEqual([2, null, false]);
  // What was asked before all was forgotten, or is older than what was heard, says nothing.
  void one.load();
  void one.load();
  waits[4]?.good(3);
  await settle();
  waits[3]?.bad(new Refusal(0, ""));
  await settle();
  expect(one.failed).toBeNull();
  void one.load();
  one.clear();
  void one.load();
  waits[5]?.bad(new Refusal(0, ""));
  await settle();
  expect(one.failed).toBeNull();
});

test("the token of a letter's link is taken out of the address, and nothing else", () => {
  expect(taken("?view=keys&token=bh_link_a&lang=zh")).toEqual({ token: "bh_link_a", rest: "?view=keys&lang=zh" });
  expect(taken("?token=bh_link_a")).toEqual({ token: "bh_link_a", rest: "" });
  expect(taken("?view=keys")).toEqual({ token: null, rest: "?view=keys" });
});
