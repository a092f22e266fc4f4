// What an answer says of the hub's clock by its `Date`. Pure.

/**
 * By which clock the hub answered, and by this device's when it was asked and heard; `kept`: so old an answer may be
 * that the browser kept. All ms.
 */
export type Heard = { said: number; sent: number; heard: number; kept: number };

/** The header tells whole seconds. */
const A_SECOND = 1_000;

export function heardOf(headers: Headers, sent: number, heard: number): Heard {
  const kept = Number(/max-age=(\d+)/.exec(headers.get("cache-control") ?? "")?.[1] ?? 0) * A_SECOND;
  return { said: Date.parse(headers.get("date") ?? ""), sent, heard, kept };
}

/**
 * How far the hub's clock is ahead of this device's, ms: what was thought of it, brought into what an answer allows.
 * The hub wrote its `Date` after it was asked and before it was heard: a slow answer allows more, and what is within
 * stays, so that ages on a page do not jump with every answer.
 */
export function corrected(ahead: number, { said, sent, heard, kept }: Heard): number {
  if (!Number.isFinite(said)) return ahead;
  return Math.min(said + A_SECOND + kept - sent, Math.max(said - heard, ahead));
}
