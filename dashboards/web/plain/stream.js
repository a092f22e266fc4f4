// The live stream, read in a worker: a burst of changes is gathered and parsed here, so that the page stays at hand, and
// a browser does not take the stream, which never ends, for a page that is still loading.
"use strict";

// Changes come in bursts: they are handed on together, at most ten times a second.
const TOGETHER_MS = 100;
let changed = new Map(), gone = [], timer = 0;

function handOn() {
  timer = 0;
  postMessage({ zones: [...changed.values()], gone });
  [changed, gone] = [new Map(), []];
}

// The browser connects again by itself and says where it was.
const stream = new EventSource("/v1/stream");
stream.addEventListener("zone", (e) => {
  const zone = JSON.parse(e.data);
  if (zone.part_of) {
    // An area or floor is in the sums of its car park; it may just have become one.
    changed.delete(zone.zone);
    gone.push(zone.zone);
  } else {
    changed.set(zone.zone, zone);
  }
  timer ||= setTimeout(handOn, TOGETHER_MS);
});
stream.addEventListener("gone", (e) => {
  const { zone } = JSON.parse(e.data);
  changed.delete(zone);
  gone.push(zone);
  timer ||= setTimeout(handOn, TOGETHER_MS);
});
stream.addEventListener("resync", () => postMessage({ state: "resync" }));
stream.addEventListener("open", () => postMessage({ state: "open" }));
// Closed is what a browser makes of a refusal: it will not try again.
stream.addEventListener("error", () => postMessage({ state: stream.readyState === EventSource.CLOSED ? "refused" : "lost" }));
