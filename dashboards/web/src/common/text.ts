// Other people's text: names of zones, places in addresses, whatever a hub or a link says.

/** Marks that turn what follows them round, or end that: in a name they would turn the page's own words. */
const TURNING = /[\u202A-\u202E\u2066-\u2069]/g;
/** Letters that are written from right to left. */
const FROM_RIGHT = /[\u0590-\u08FF\u200F\u061C\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

/** A name as it may stand on a page. */
export const plain = (text: string): string => text.replace(TURNING, "");

/** The same within a sentence: what is written from right to left keeps to itself there. */
export function apart(text: string): string {
  const own = plain(text);
  return FROM_RIGHT.test(own) ? `\u2068${own}\u2069` : own;
}
