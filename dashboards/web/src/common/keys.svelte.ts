// Keys that a page was given: kept in the tab's session, told to nobody but the hub, and forgotten by a button.
import { ask, Refusal, type Schemas } from "./client";

export type Scope = "book" | "share" | "monitor" | "admin" | "partner" | "report";

/** A key, and whose it is. */
export type Held = { key: string; name: string; partner: string };

const slot = (scope: Scope) => `bayhub.key.${scope}`;

export class KeyRing {
  held = $state<Held | null>(null);

  constructor(readonly scope: Scope) {
    try {
      const kept = sessionStorage.getItem(slot(scope));
      if (kept) this.held = JSON.parse(kept) as Held;
    } catch {
      // A browser that keeps nothing asks again.
    }
  }

  /** Takes a key if the hub knows it and it may do what the page needs; else says by which word why not. */
  async take(key: string): Promise<"ok" | "bad" | "other"> {
    try {
      const me = await ask<Schemas["PartnerMe"]>("/v1/partners/me", { key });
      if (!me.key.scopes.includes(this.scope)) return "other";
      this.held = { key, name: me.key.name, partner: me.name };
    } catch (e) {
      if (!(e instanceof Refusal) || e.unreachable) throw e;
      return "bad";
    }
    try {
      sessionStorage.setItem(slot(this.scope), JSON.stringify(this.held));
    } catch {
      // Kept as long as the page is open, then.
    }
    return "ok";
  }

  forget(): void {
    this.held = null;
    try {
      sessionStorage.removeItem(slot(this.scope));
    } catch {
      // There was nothing.
    }
  }
}

/** What the hub tells its own pages. */
export type Site = { basemap: string | null; keys: Partial<Record<Scope, string>> };

/** Of the page's hub; a demo offers its keys. */
export async function site(): Promise<Site> {
  const told = await ask<Partial<Site>>("/web.json").catch(() => ({}) as Partial<Site>);
  return { basemap: told.basemap ?? null, keys: told.keys ?? {} };
}
