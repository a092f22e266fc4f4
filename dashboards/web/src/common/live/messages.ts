// What a page and its worker tell each other.
import type { Box } from "../geo";
import type { CityOrder } from "../orders/schema";
import type { BayKind, Seen, SeenBay } from "../zone";

/** To the worker. */
export type Wish =
  /** Follow what is in a box, from now on and nothing else. */
  | { type: "follow"; box: Box | null; bays: boolean; kind: BayKind }
  /** Follow these zones too, wherever they are, and no others so. */
  | { type: "zones-too"; zones: string[]; kind: BayKind }
  /** Tell all zones there are, once. */
  | { type: "index"; kind: BayKind }
  /** The first look is over: the page bears the rest now. */
  | { type: "go"; kind: BayKind };

/** How well the page is told: live, by asking again and again, or not at all. */
export type Reach = "live" | "asking" | "away";

/** From the worker. */
export type News = {
  zones?: Seen[];
  bays?: SeenBay[];
  /** Those that are followed by name. */
  watched?: Seen[];
  gone?: string[];
  /** All orders of the authority that concern what is followed. */
  orders?: CityOrder[];
  goneBays?: string[];
  /** Forget what was told before: what there is follows. */
  anew?: boolean;
  reach?: Reach;
  /** The hub's clock less this one's, ms. */
  ahead?: number;
  /** All zones have been told. */
  indexed?: number;
  /** What the hub refused, in its words. */
  refused?: string;
};
