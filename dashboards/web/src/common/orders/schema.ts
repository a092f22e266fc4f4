// Orders of the authority, as the hub tells them and as they are asked for. Of an area the description says no more than
// that it is an object.
import type { Schemas } from "../client";

export type OrderKind = Schemas["CityOrderKind"];
export type OrderSeverity = Schemas["CityOrderSeverity"];
export type OrderAffects = Schemas["CityOrderAffects"];
export type OrderState = Schemas["CityOrderState"];

/** Texts by language. */
export type Texts = Record<string, string>;

/** One of them: ids of zones with their parts, of bays, or a GeoJSON Polygon or MultiPolygon. */
export type OrderTarget = Omit<Schemas["OrderTargetShown"], "polygon"> & { polygon?: unknown };

export type CityOrder = Omit<Schemas["CityOrder"], "target"> & { target: OrderTarget };
export type CityOrders = Omit<Schemas["CityOrders"], "orders"> & { orders: CityOrder[] };
export type OrderAsked = Omit<Schemas["OrderAsked"], "target" | "exercise"> & {
  target: OrderTarget;
  exercise?: boolean;
};
