// By whose clock people are told times: the city's, wherever the device is; where the hub does not say, the device's.
import { ask, to } from "./client";
import { placeOfDevice } from "./zoned";

const clock = $state<{ zone: string | null }>({ zone: null });
let asked = false;

/** The city's, by its IANA name; null: nobody says. */
export const cityClock = (): string | null => clock.zone;

/** What is to be said of it; null: the device's own is the city's. */
export function clockTold(zone: string | null, device = placeOfDevice()): { city: boolean; clock: string } | null {
  if (zone === null) return { city: false, clock: device };
  return zone === device ? null : { city: true, clock: zone };
}

/** No space has this id: an answer without rows says all that is wanted. */
const NONE = "00000000-0000-0000-0000-000000000000";

/** Asks once, when times are about to be shown. */
export async function askClock(): Promise<void> {
  if (asked) return;
  asked = true;
  try {
    const told = await ask<{ time_zone?: string }>(to("/v1/cds/curbs/spaces", { zone: NONE }));
    // A hub says UTC where its operator has said nothing.
    clock.zone = told.time_zone && told.time_zone !== "UTC" ? told.time_zone : null;
  } catch {
    // The next who wants to know asks again.
    asked = false;
  }
}
