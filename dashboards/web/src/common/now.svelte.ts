// The page's own clock, a tick a second: ages count on whether or not the hub is heard.
import { ask, hearClock } from "./client";
import { corrected } from "./clock";

const clock = $state({ now: Date.now(), ahead: 0 });

setInterval(() => (clock.now = Date.now()), 1000);

/** The hub's clock, as far as this one knows it: ms. */
export const now = (): number => clock.now + clock.ahead;

/** This device's own. */
export const here = (): number => clock.now;

/** The hub's clock is so far ahead of this one, ms. */
export function setAhead(ms: number): void {
  clock.ahead = ms;
}
export const ahead = (): number => clock.ahead;

let isKnown = false;
hearClock((heard) => {
  isKnown = true;
  clock.ahead = corrected(clock.ahead, heard);
});

/** The hub's clock for who asks by it, before anything of it was heard too: ms. */
export async function hubNow(): Promise<number> {
  if (!isKnown) await ask("/web.json").catch(() => undefined);
  return Date.now() + clock.ahead;
}
