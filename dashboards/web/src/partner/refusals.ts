// What each reason of a refusal is called, and what the sender does about it.
import type { Word } from "../words/words.svelte";
import type { Reason } from "./health";

export const REASONS: Record<Reason, { name: Word; remedy: Word }> = {
  malformed: { name: "partnerMalformed", remedy: "partnerMalformedRemedy" },
  unknown_bay: { name: "partnerUnknownBay", remedy: "partnerUnknownBayRemedy" },
  unknown_zone: { name: "partnerUnknownZone", remedy: "partnerUnknownZoneRemedy" },
  unknown_source: { name: "partnerUnknownSource", remedy: "partnerUnknownSourceRemedy" },
  unknown_device: { name: "partnerUnknownDevice", remedy: "partnerUnknownDeviceRemedy" },
  forbidden: { name: "partnerForbidden", remedy: "partnerForbiddenRemedy" },
  out_of_area: { name: "partnerOutOfArea", remedy: "partnerOutOfAreaRemedy" },
  too_far_in_future: { name: "partnerFuture", remedy: "partnerFutureRemedy" },
  too_old: { name: "partnerTooOld", remedy: "partnerTooOldRemedy" },
  too_large: { name: "partnerTooLarge", remedy: "partnerTooLargeRemedy" },
  retained_without_time: { name: "partnerRetained", remedy: "partnerRetainedRemedy" },
};

/** What of a message was refused, as it was sent: of a list the one item, where it can be told; else all of it. */
export function example(payload: string, index: number | null): string {
  if (index === null) return payload;
  try {
    const sent = JSON.parse(payload) as { bays?: unknown[]; counts?: unknown[] };
    const item = (sent.bays ?? sent.counts)?.[index];
    return item === undefined ? payload : JSON.stringify(item);
  } catch {
    return payload;
  }
}
