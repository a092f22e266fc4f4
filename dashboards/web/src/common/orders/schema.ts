// Orders of the authority, as the hub tells them and as they are asked for. Written by hand while `npm run types` does
// not know their calls: each is `Schemas[..]` of the same name then, and this file names them alone.

export type OrderKind = "closure" | "no_stopping" | "event" | "works" | "emergency";
export type OrderSeverity = "info" | "warning" | "emergency";
export type OrderAffects = "new_arrivals" | "all";
export type OrderState = "planned" | "active" | "ended";

/** Texts by language. */
export type Texts = Record<string, string>;

/** One of them: ids of zones with their parts, of bays, or a GeoJSON Polygon or MultiPolygon. */
export type OrderTarget = { zones?: string[]; bays?: string[]; polygon?: unknown };

export type CityOrder = {
  id: string;
  version: number;
  kind: OrderKind;
  state: OrderState;
  severity: OrderSeverity;
  affects: OrderAffects;
  exercise: boolean;
  target: OrderTarget;
  from: string;
  /** null: until it is ended. */
  to: string | null;
  reason: Texts;
  instruction: Texts;
  cause: string | null;
  /** Of an emergency: `pending`, `confirmed` or `unconfirmed`. */
  confirmation: string | null;
  issued_by: string;
  issued_at: string;
  changed_at: string;
  ended_at: string | null;
  /** To who writes it. */
  closes?: { zones: number; bays: number };
};

export type CityOrders = { orders: CityOrder[]; next: string | null };

export type OrderAsked = {
  kind: OrderKind;
  target: OrderTarget;
  from?: string;
  to?: string | null;
  reason?: Texts;
  instruction?: Texts;
  cause?: string;
  severity?: OrderSeverity;
  affects?: OrderAffects;
  exercise?: boolean;
};
