// The page's own clock, a tick a second: ages count on whether or not the hub is heard.
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
