// Orders in force, asked for where no stream tells them.
import { ask, to } from "../client";
import { boxText, type Box } from "../geo";
import type { CityOrder, CityOrders } from "./schema";

const A_PAGE = 1000;
/** There may be ten thousand. */
const MOST_PAGES = 10;

async function inForce(bbox: string | null): Promise<CityOrder[]> {
  const all: CityOrder[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const told: CityOrders = await ask(to("/v1/orders", { active: true, bbox, limit: A_PAGE, cursor }));
    all.push(...told.orders);
    cursor = told.next;
    if (!cursor) break;
  }
  return all;
}

/** Those that concern everybody, wherever they are. */
export const emergencies = async (): Promise<CityOrder[]> =>
  (await inForce(null)).filter((order) => order.severity === "emergency");

/** What a stream of that box would tell: emergencies, and whatever concerns zones in it. */
export async function concerning(box: Box | null): Promise<CityOrder[]> {
  if (box === null) return inForce(null);
  const [wide, near] = await Promise.all([emergencies(), inForce(boxText(box))]);
  return [...new Map([...wide, ...near].map((order) => [order.id, order])).values()];
}
