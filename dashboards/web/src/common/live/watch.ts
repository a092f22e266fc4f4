// Zones that are followed by name, wherever the map is: by a stream of their own, and where none comes through by asking.
import { ask, to, type Schemas } from "../client";

type Zone = Schemas["Zone"];

const AGAIN_MS = 10_000;

export class Watch {
  #stream: EventSource | null = null;
  #timer = 0;
  #zones: string[] = [];

  constructor(readonly told: (zones: Zone[]) => void) {}

  follow(zones: string[]): void {
    this.#stream?.close();
    this.#stream = null;
    clearTimeout(this.#timer);
    this.#zones = zones;
    if (zones.length === 0) return;
    const own = (this.#stream = new EventSource(to("/v1/stream", { zones: zones.join(",") })));
    own.addEventListener("zone", (e) => this.told([JSON.parse(e.data) as Zone]));
    own.addEventListener("error", () => {
      // Refused, say for one that is not there any more: then the others are asked for.
      if (this.#stream === own && own.readyState === EventSource.CLOSED) void this.#ask(zones);
    });
  }

  async #ask(zones: string[]): Promise<void> {
    const answer = await ask<Schemas["Zones"]>(to("/v1/zones", { ids: zones.join(",") })).catch(() => null);
    if (this.#zones !== zones) return;
    if (answer) this.told(answer.zones);
    this.#timer = setTimeout(() => void this.#ask(zones), AGAIN_MS) as unknown as number;
  }
}
