// Keys that a page was given: kept in the tab's session, told to nobody but the hub, and forgotten by a button.
import { ask, isKey, Refusal, type Schemas } from "./client";

export type Scope = "book" | "order" | "share" | "monitor" | "admin" | "partner" | "report";

/** Keys that begin so are of the sandbox: nothing that is done with them is real. */
const TEST = "bh_test_";
export const isTest = (held: Held | null): boolean => held?.key.startsWith(TEST) ?? false;

/** A key, whose it is, and what it is good for. */
export type Held = { key: string; name: string; partner: string; scopes?: readonly string[] };

/** `any`: a key without the scope does too, the page then has less; `slot`: where it is kept, if not by the scope. */
export type Ring = { any?: boolean; slot?: string };

export class KeyRing {
  held = $state<Held | null>(null);
  /** The hub did not take the key that was held (any more): it is said why it is gone. */
  refused = $state(false);

  private readonly slot: string;

  constructor(
    readonly scope: Scope,
    readonly ring: Ring = {},
  ) {
    this.slot = `bayhub.key.${ring.slot ?? scope}`;
    try {
      const kept = sessionStorage.getItem(this.slot);
      if (kept) this.held = JSON.parse(kept) as Held;
    } catch {
      // A browser that keeps nothing asks again.
    }
  }

  /** Takes a key if the hub knows it and it may do what the page needs; else says by which word why not. */
  async take(key: string): Promise<"ok" | "bad" | "other" | "odd"> {
    if (!isKey(key)) return "odd";
    try {
      const me = await ask<Schemas["PartnerMe"]>("/v1/partners/me", { key });
      const scopes: readonly string[] = me.key.scopes;
      if (!this.ring.any && !scopes.includes(this.scope)) return "other";
      this.held = { key, name: me.key.name, partner: me.name, scopes };
      this.refused = false;
    } catch (e) {
      // A hub that is busy or ill says nothing of the key.
      if (!(e instanceof Refusal) || (e.status !== 401 && e.status !== 403)) throw e;
      return "bad";
    }
    try {
      sessionStorage.setItem(this.slot, JSON.stringify(this.held));
    } catch {
      // Kept as long as the page is open, then.
    }
    return "ok";
  }

  /** Whether the key that is held opens this. */
  may(scope: Scope): boolean {
    return this.held?.scopes?.includes(scope) ?? scope === this.scope;
  }

  /** The hub refused it: forgotten as by the button, but not without a word. */
  refuse(): void {
    if (this.held === null) return;
    this.forget();
    this.refused = true;
  }

  forget(): void {
    this.held = null;
    this.refused = false;
    try {
      sessionStorage.removeItem(this.slot);
    } catch {
      // There was nothing.
    }
  }
}

/** What maps are drawn on: a base map of the operator's, or where streets are. */
export type Ground = { basemap: string | null; streets: string | null };

/** What the hub tells its own pages. */
export type Site = Ground & { keys: Partial<Record<Scope, string>> };

/** Of the page's hub; a demo offers its keys. */
export async function site(): Promise<Site> {
  const told = await ask<Partial<Site>>("/web.json").catch(() => ({}) as Partial<Site>);
  return { basemap: told.basemap ?? null, streets: told.streets ?? null, keys: told.keys ?? {} };
}
