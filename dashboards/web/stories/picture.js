// The pictures of the front page, of a demo that runs (`bayhub demo --past 168`: a week to look back at):
// `node stories/picture.js PEERS READY ..` writes screenshot.png and phone.png (the driver's), authority.png and
// business.png beside `stories`, if the folder is that. Some of the demo's private bays are offered and booked for it.
// `NEAR=1.3036,103.8345` shows the driver's where the usual demo has streets; a week needs a smaller city (`--bays 3000`).
import { ask, done, hub, open, picture } from "./lib.js";

const PLACE = process.env.NEAR ? `?near=${process.env.NEAR}` : "";
const ZONE = "Asia/Singapore";
const KEY = "Use the demo’s key";

for (const [screen, name] of /** @type {const} */ ([
  ["desk", "screenshot"],
  ["portrait", "phone"],
])) {
  const page = await open({ screen, language: "en" });
  await page.goto(`/${PLACE}`);
  await page.locator("main ol li .line").first().waitFor();
  await page.waitForTimeout(4_000);
  await picture(page, name);
  await page.context().close();
}

const authority = await open({ screen: "desk", language: "en", zone: ZONE });
await authority.goto("/authority");
await authority.getByRole("button", { name: KEY }).click();
await authority.locator(".sources button").first().waitFor();
await authority.waitForTimeout(1_500);
await picture(authority, "authority");
await authority.context().close();

/** Offices lend their bays at night and at weekends. */
async function offers() {
  const { bays } = await ask("/v1/partners/me/bays?limit=1000", hub.keys.share);
  const some = bays.filter((/** @type {any} */ b) => b.kind === "car" && b.offer === null).slice(0, 6);
  const week = [
    { days: ["mon", "tue", "wed", "thu", "fri"], from: "18:00", to: "24:00" },
    { days: ["tue", "wed", "thu", "fri", "sat"], from: "00:00", to: "08:00" },
    { days: ["sat", "sun"], from: "00:00", to: "24:00" },
  ];
  const always = [{ days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], from: "00:00", to: "24:00" }];
  for (const [n, { bay }] of some.entries()) {
    await ask("/v1/offers", hub.keys.share, {
      bay,
      time_zone: ZONE,
      price_cents_per_hour: n % 2 ? 250 : 320,
      currency: "SGD",
      windows: n % 3 ? week : always,
    });
  }
  return some;
}

/** @param {any} bay @param {number} h in so many hours @param {number} n an hour each */
async function books(bay, h, n) {
  const at = (/** @type {number} */ of) => new Date(Date.now() + of * 3_600_000).toISOString();
  const wish = { lat: bay.lat, lon: bay.lon, max_walk_m: 50, start: at(h), end: at(h + n) };
  const held = await ask("/v1/requests", hub.keys.book, wish).catch(() => null);
  if (held) await ask(`/v1/reservations/${held.id}/confirm`, hub.keys.book, {});
}

const some = await offers();
for (const [n, h] of [1, 3, 13, 26, 38, 61, 74, 90, 110].entries()) await books(some[n % some.length], h, 2 + (n % 3));
const business = await open({ screen: "desk", language: "en", zone: ZONE });
await business.goto("/business");
await business.getByRole("button", { name: KEY }).click();
await business.getByRole("heading", { name: "The week" }).waitFor();
await business.waitForTimeout(2_000);
await picture(business, "business");
await business.context().close();
await done();
