// What each partner made of the hub, summed over hours.
import { taken, type Usage } from "../partner/health";

export type PartnerUse = {
  partner: string;
  accepted: number;
  refused: number;
  late: number;
  shed: number;
  throttled: number;
};

/** Of whom most was dropped first, then who was turned away most, then who was refused most, then who sent most. */
export function byPartner(rows: Usage[]): PartnerUse[] {
  const of = new Map<string, Usage[]>();
  for (const row of rows) {
    const there = of.get(row.partner);
    if (there) there.push(row);
    else of.set(row.partner, [row]);
  }
  return [...of.entries()]
    .map(([partner, all]) => {
      const { accepted, refused, late } = taken(all, 0);
      const throttled = all.flatMap((r) => Object.values(r.calls)).reduce((a, c) => a + c["429"], 0);
      const shed = all.reduce((a, r) => a + r.reports_shed, 0);
      return { partner, accepted, refused, late, shed, throttled };
    })
    .sort((a, b) => b.shed - a.shed || b.throttled - a.throttled || b.refused - a.refused || b.accepted - a.accepted);
}
