// Follows the hub beside the page: what comes is parsed and gathered here, so that a burst never holds up a finger.
// A stream that is lost comes back by itself; where none comes through, zones are asked for again and again.
import { ask, Refusal, to, type Schemas } from "../client";
import { boxText, type Box } from "../geo";
import { meaningOfBay, see, type BayKind, type SeenBay } from "../zone";
import type { News, Reach, Wish } from "./messages";

/** Changes come in bursts: they are handed on together. */
const TOGETHER_MS = 200;
const AGAIN_MS = 5_000;
const PAGE = 1000;

type Zones = Schemas["Zones"];

let kind: BayKind = "car";
let stream: EventSource | null = null;
let wish: { box: Box | null; bays: boolean } = { box: null, bays: false };
let asking = 0;
let reach: Reach | null = null;

let zones = new Map<string, Schemas["Zone"]>();
let bays = new Map<string, SeenBay>();
let gone = new Set<string>();
let goneBays = new Set<string>();
let timer = 0;

const tell = (news: News) => postMessage(news);

function gathered(): void {
  timer ||= setTimeout(handOn, TOGETHER_MS) as unknown as number;
}

function handOn(): void {
  timer = 0;
  const news: News = {};
  if (zones.size) news.zones = [...zones.values()].map((z) => see(z, kind));
  if (bays.size) news.bays = [...bays.values()];
  if (gone.size) news.gone = [...gone];
  if (goneBays.size) news.goneBays = [...goneBays];
  [zones, bays, gone, goneBays] = [new Map(), new Map(), new Set(), new Set()];
  tell(news);
}

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

type BayEvent = Schemas["BayDetail"] & { gone?: boolean };

function takeBay(bay: BayEvent): void {
  if (bay.gone) {
    bays.delete(bay.bay);
    goneBays.add(bay.bay);
  } else {
    goneBays.delete(bay.bay);
    const { bay: id, zone, lat, lon, state, reserved } = bay;
    bays.set(id, { id, zone, lat, lon, meaning: meaningOfBay(state), reserved: reserved || state === "reserved" });
  }
  gathered();
}

function follow(): void {
  stream?.close();
  clearTimeout(asking);
  const bbox = wish.box ? boxText(wish.box) : null;
  const own = new EventSource(to("/v1/stream", { bbox, bays: wish.bays || null }));
  stream = own;
  own.addEventListener("zone", (e) => takeZone(JSON.parse(e.data)));
  own.addEventListener("bay", (e) => takeBay(JSON.parse(e.data)));
  own.addEventListener("gone", (e) => {
    const { zone } = JSON.parse(e.data) as { zone: string };
    zones.delete(zone);
    gone.add(zone);
    gathered();
  });
  own.addEventListener("resync", () => {
    [zones, bays, gone, goneBays] = [new Map(), new Map(), new Set(), new Set()];
    tell({ anew: true });
  });
  own.addEventListener("open", () => {
    clearTimeout(asking);
    reached("live");
  });
  own.addEventListener("error", () => {
    if (stream !== own) return;
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
    await pages(wish.box, takeZone);
    reached("asking");
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
    n += page.zones.length;
    cursor = page.next;
  } while (cursor);
  return n;
}

async function index(): Promise<void> {
  try {
    const n = await pages(null, takeZone);
    handOn();
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
  else {
    wish = { box: data.box, bays: data.bays };
    follow();
  }
});
