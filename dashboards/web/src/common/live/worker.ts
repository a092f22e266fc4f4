// Follows the hub beside the page: what comes is parsed and gathered here, so that a burst never holds up a finger.
// A stream that is lost comes back by itself; where none comes through, zones are asked for again and again.
import { ask, Refusal, to, type Schemas } from "../client";
import { boxText, type Box } from "../geo";
import { concerning } from "../orders/ask";
import type { CityOrder } from "../orders/schema";
import { see, type BayKind, type SeenBay } from "../zone";
import { Bays, type BayEvent } from "./bays";
import type { News, Reach, Wish } from "./messages";
import { Ordered } from "./orders";
import { placeOfBay, placesOfBays } from "./places";
import { Watch } from "./watch";

/** Changes come in bursts: they are handed on together. */
const TOGETHER_MS = 200;
/** More in one message hold up a finger; a page has so long between two. */
const MOST = 1000;
const BREATH_MS = 50;
/** A page that has not had its first look by then gets everything all the same. */
const FIRST_LOOK_MS = 2_500;
const AGAIN_MS = 5_000;
const PAGE = 1000;

type Zones = Schemas["Zones"];

let kind: BayKind = "car";
const watch = new Watch((told) => tell({ watched: told.map((z) => see(z, kind)) }));
let stream: EventSource | null = null;
let wish: { box: Box | null; bays: boolean } = { box: null, bays: false };
let asking = 0;
let reach: Reach | null = null;

let zones = new Map<string, Schemas["Zone"]>();
let bays = new Map<string, SeenBay>();
let gone = new Set<string>();
let goneBays = new Set<string>();
let timer = 0;
/** Nothing but the first zones is handed on before the page has had its first look. */
let waits = true;

const tell = (news: News) => postMessage(news);

function gathered(): void {
  if (!waits) timer ||= setTimeout(handOn, TOGETHER_MS) as unknown as number;
}

function go(): void {
  waits = false;
  gathered();
}

function handOn(): void {
  clearTimeout(timer);
  timer = 0;
  const news: News = {};
  const [some, more] = parted([...zones.values()]);
  if (some.length) news.zones = some.map((z) => see(z, kind));
  if (bays.size) news.bays = [...bays.values()];
  if (gone.size) news.gone = [...gone];
  if (goneBays.size) news.goneBays = [...goneBays];
  [zones, bays, gone, goneBays] = [new Map(more.map((z) => [z.zone, z])), new Map(), new Set(), new Set()];
  tell(news);
  if (more.length) timer = setTimeout(handOn, BREATH_MS) as unknown as number;
}

const parted = <T>(all: T[]): [T[], T[]] => [all.slice(0, MOST), all.slice(MOST)];

function reached(now: Reach): void {
  if (now === reach) return;
  reach = now;
  tell({ reach });
}

function takeZone(zone: Schemas["Zone"]): void {
  // An area or floor is in the sums of its car park.
  if (zone.part_of) {
    zones.delete(zone.zone);
    gone.add(zone.zone);
  } else {
    gone.delete(zone.zone);
    zones.set(zone.zone, zone);
  }
  gathered();
}

const single = new Bays(
  { inBox: placesOfBays, one: placeOfBay },
  (bay) => {
    goneBays.delete(bay.id);
    bays.set(bay.id, bay);
    gathered();
  },
  (bay) => {
    bays.delete(bay);
    goneBays.add(bay);
    gathered();
  },
);

/** Orders come at once, and not with what changes in bursts. */
const ordered = new Ordered((orders) => tell({ orders }));

/** Where the bays in view are; asked again for as long as nobody says. */
async function place(): Promise<void> {
  const { box, bays } = wish;
  if (box && bays && !(await single.look(box))) setTimeout(() => wish.box === box && void place(), AGAIN_MS);
}

function follow(): void {
  stream?.close();
  clearTimeout(asking);
  const bbox = wish.box ? boxText(wish.box) : null;
  const own = new EventSource(to("/v1/stream", { bbox, bays: wish.bays || null }));
  stream = own;
  own.addEventListener("order", (e) => ordered.take(JSON.parse(e.data) as CityOrder));
  own.addEventListener("zone", (e) => {
    ordered.whole();
    takeZone(JSON.parse(e.data));
  });
  own.addEventListener("bay", (e) => single.take(JSON.parse(e.data) as BayEvent));
  own.addEventListener("gone", (e) => {
    const { zone } = JSON.parse(e.data) as { zone: string };
    zones.delete(zone);
    gone.add(zone);
    gathered();
  });
  own.addEventListener("resync", () => {
    [zones, bays, gone, goneBays] = [new Map(), new Map(), new Set(), new Set()];
    single.clear();
    tell({ anew: true });
  });
  own.addEventListener("open", () => {
    clearTimeout(asking);
    ordered.begins();
    reached("live");
  });
  own.addEventListener("error", () => {
    if (stream !== own) return;
    ordered.breaks();
    // Closed is what a browser makes of a refusal: it will not try again by itself.
    if (own.readyState === EventSource.CLOSED) {
      if (wish.bays) {
        // More bays than may be followed: zones alone, then.
        wish = { ...wish, bays: false };
        return follow();
      }
      stream = null;
    }
    clearTimeout(asking);
    asking = setTimeout(poll, 1000) as unknown as number;
  });
}

/** Asks in place of the stream, and tries that again each time. */
async function poll(): Promise<void> {
  try {
    const box = wish.box;
    await pages(box, takeZone);
    reached("asking");
    // A stream that has come meanwhile tells them better.
    const orders = await concerning(box).catch(() => null);
    if (orders && reach === "asking") ordered.put(orders);
    if (!stream) return follow();
  } catch (e) {
    if (e instanceof Refusal && !e.unreachable) tell({ refused: e.message });
    reached("away");
  }
  clearTimeout(asking);
  asking = setTimeout(stream || reach === "away" ? poll : follow, AGAIN_MS) as unknown as number;
}

async function pages(box: Box | null, take: (zone: Schemas["Zone"]) => void): Promise<number> {
  let cursor: string | null | undefined = null;
  let n = 0;
  do {
    const asked: string = to("/v1/zones", { limit: PAGE, bbox: box && boxText(box), cursor });
    const page: Zones = await ask<Zones>(asked);
    tell({ ahead: Date.parse(page.at) - Date.now() });
    page.zones.forEach(take);
    // By the first page there is a place to look at.
    if (n === 0 && waits) {
      handOn();
      setTimeout(go, FIRST_LOOK_MS);
    }
    n += page.zones.length;
    cursor = page.next;
  } while (cursor);
  return n;
}

async function index(): Promise<void> {
  try {
    const n = await pages(null, takeZone);
    if (n === 0) waits = false;
    tell({ indexed: n });
  } catch (e) {
    if (e instanceof Refusal && !e.unreachable) tell({ refused: e.message });
    else reached("away");
    setTimeout(index, AGAIN_MS);
  }
}

addEventListener("message", ({ data }: MessageEvent<Wish>) => {
  kind = data.kind;
  if (data.type === "index") void index();
  else if (data.type === "go") go();
  else if (data.type === "zones-too") watch.follow(data.zones);
  else {
    wish = { box: data.box, bays: data.bays };
    single.clear();
    follow();
    void place();
  }
});
