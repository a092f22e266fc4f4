// What the partner's page knows: whose key it has, whether it looks at the city or at the sandbox, and what was heard.
import { ask, Refusal, to, type Asked, type Schemas } from "../common/client";
import { isTest, KeyRing, type Held } from "../common/keys.svelte";
import { Loaded } from "../common/loaded.svelte";
import { here, hubNow, now } from "../common/now.svelte";
import { t } from "../words/words.svelte";
import { Problems } from "../common/problems/problems.svelte";
import { quota, type Quota, type Source } from "./health";

export const VIEWS = ["health", "problems", "quality", "usage", "keys", "webhooks"] as const;
export type View = (typeof VIEWS)[number];

const DAY = 86_400_000;
/** A key that the switch made is of no use after the tab's day. */
const TEST_KEY_MS = DAY / 2;
const RARELY_MS = 60_000;
const SOURCES = 1_000;
/** So many pages of sources are walked, then it is said that there are more. */
const PAGES = 20;

export type AllSources = { sources: Source[]; more: boolean };

export class Partner {
  readonly ring = new KeyRing("partner", { any: true });
  readonly tests = new KeyRing("partner", { any: true, slot: "partner.sandbox" });
  /** The switch is at the sandbox. */
  private turned = $state(new URLSearchParams(location.search).has("sandbox") && this.tests.held !== null);
  notice = $state<string | null>(null);
  quota = $state.raw<Quota | null>(null);

  readonly held: Held | null = $derived(this.turned ? (this.tests.held ?? this.ring.held) : this.ring.held);
  readonly sandbox: boolean = $derived(isTest(this.held));
  /** The key itself is one of the sandbox: there is no city to go back to. */
  readonly onlySandbox: boolean = $derived(isTest(this.ring.held));

  private readonly gone = (): void => {
    if (!this.turned) return this.ring.refuse();
    this.notice = t("partnerSandboxOver");
    this.drop();
  };
  private load<T>(asks: () => Promise<T>): Loaded<T> {
    return new Loaded(asks, this.gone);
  }

  readonly me = this.load(() => this.ask<Schemas["PartnerMe"]>("/v1/partners/me"));
  readonly usage = this.load(() => this.allUsage());
  readonly refused = this.load(() => this.ask<Schemas["Quarantined"]>("/v1/partners/me/quarantine?limit=300"));
  readonly sources = this.load(() => this.allSources());
  readonly credit = this.load(() => this.ask<Schemas["CreditTold"]>("/v1/partners/me/credit"));
  readonly contributions = this.load(() => this.ask<Schemas["Contributions"]>("/v1/contributions/mine"));
  readonly keys = this.load(() => this.allKeys());
  readonly webhooks = this.load(() => this.ask<Schemas["Webhooks"]>("/v1/webhooks"));
  /** What people reported and this partner is responsible for. */
  readonly problems = new Problems(() => this.held?.key ?? null, this.gone);
  private readonly all = [
    this.me,
    this.usage,
    this.refused,
    this.sources,
    this.credit,
    this.contributions,
    this.keys,
    this.webhooks,
  ];

  /** With the key that counts now; what the hub says of its quota is kept. */
  ask<T>(path: string, asked: Asked = {}): Promise<T> {
    const heard = (headers: Headers) => {
      const told = quota(headers.get("ratelimit-policy"));
      if (told?.class === "read") this.quota = told;
    };
    return ask<T>(path, { key: this.held?.key, heard, ...asked });
  }

  may(...scopes: string[]): boolean {
    return scopes.some((scope) => this.held?.scopes?.includes(scope));
  }

  /** Sources are told to those who report, who manage, and who watch all. */
  get seesSources(): boolean {
    return this.may("report", "partner", "monitor", "admin");
  }

  private async allUsage(): Promise<Schemas["UsagePeriod"][]> {
    const from = new Date((await hubNow()) - DAY).toISOString();
    const rows: Schemas["UsagePeriod"][] = [];
    let cursor: string | null = null;
    do {
      const path: string = to("/v1/partners/me/usage", { from, interval: "1h", limit: 1000, cursor });
      const page: Schemas["UsageTold"] = await this.ask(path);
      rows.push(...page.rows);
      cursor = page.next;
    } while (cursor);
    return rows;
  }

  private async allSources(): Promise<AllSources> {
    const sources: Source[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < PAGES; page++) {
      const told: Schemas["Sources"] = await this.ask(to("/v1/sources", { limit: SOURCES, cursor }));
      // A key that watches all is told of all.
      sources.push(...told.sources.filter((s) => s.partner === this.held?.partner || !this.may("monitor", "admin")));
      cursor = told.next;
      if (!cursor) break;
    }
    return { sources, more: cursor !== null };
  }

  private async allKeys(): Promise<Schemas["KeyShown"][]> {
    const keys: Schemas["KeyShown"][] = [];
    let cursor: string | null = null;
    do {
      const page: Schemas["KeyList"] = await this.ask(to("/v1/partners/me/keys", { limit: 1000, cursor }));
      keys.push(...page.keys);
      cursor = page.next;
    } while (cursor);
    return keys;
  }

  /** Asks for what a view shows; the headline is on each. */
  async look(view: View): Promise<void> {
    if (!this.held) return;
    const wanted: Loaded<unknown>[] = [this.me, this.usage];
    // There may be many: where they are not looked at, now and then is enough for the headline.
    const due = view === "health" || here() - this.sources.at > RARELY_MS;
    if (this.seesSources && due) wanted.push(this.sources);
    if (view === "health") wanted.push(this.refused);
    if (view === "quality") wanted.push(this.credit);
    if (view === "quality" && this.may("report", "partner")) wanted.push(this.contributions);
    if (view === "keys" && this.may("partner")) wanted.push(this.keys);
    if (view === "webhooks") wanted.push(this.webhooks);
    await Promise.all(wanted.map((one) => one.load()));
  }

  /** Nothing of one key's is shown under another. */
  anew(): void {
    this.quota = null;
    this.problems.list.clear();
    for (const one of this.all) one.clear();
  }

  /** To the sandbox: by a key made for it, which ends by itself. */
  async enter(): Promise<void> {
    if (!this.tests.held && this.ring.held) {
      const scopes = this.me.value?.may_grant.scopes ?? ["partner"];
      const name = `page-${Array.from(crypto.getRandomValues(new Uint8Array(4)), (b) => b.toString(16)).join("")}`;
      const body = { name, scopes, sandbox: true, expires_at: new Date(now() + TEST_KEY_MS).toISOString() };
      const made = await this.ask<Schemas["KeyMade"]>("/v1/partners/me/keys", { body });
      if ((await this.tests.take(made.key)) !== "ok") throw new Refusal(-1, t("keyBad"));
    }
    this.turned = true;
  }

  leave(): void {
    this.turned = false;
  }

  /** The sandbox's key is not good any more, or whose it is has gone. */
  drop(): void {
    this.leave();
    if (this.tests.held) this.tests.forget();
  }
}
