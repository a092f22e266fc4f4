// The hub, asked: typed by its own description. A refusal is an error that says what the hub said.
import type { components } from "./api";
import { heardOf, type Heard } from "./clock";

export type Schemas = components["schemas"];

/** A call takes at most so long. */
const GIVE_UP_MS = 10_000;

/** What the hub refused, in its words; or that it was not reached (`status` 0). */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    detail: string,
    readonly problem: Partial<Schemas["Problem"]> = {},
  ) {
    super(detail);
  }

  get unreachable(): boolean {
    return this.status === 0;
  }
}

export type Asked = {
  key?: string | null;
  body?: unknown;
  /** Where it is neither GET nor, with a body, POST. */
  method?: "PUT" | "PATCH" | "DELETE";
  signal?: AbortSignal;
  once?: string;
  language?: string;
  /** The answer is text, not JSON. */
  text?: boolean;
  /** Is shown the headers of a good answer: quotas stand there. */
  heard?: (headers: Headers) => void;
};

/** Is told what each answer says of the hub's clock; a worker has no clock to set. */
let hears: (heard: Heard) => void = () => undefined;
export const hearClock = (does: typeof hears): void => void (hears = does);

/** What a header can carry; of anything else a browser makes an error that looks like a hub that is away. */
export const isKey = (text: string): boolean => /^[\x21-\x7e]+$/.test(text);

/** What a refusal says: a problem, or, where Open311 is spoken, a list with one error. */
function problemOf(said: unknown): Partial<Schemas["Problem"]> {
  if (!Array.isArray(said)) return said as Partial<Schemas["Problem"]>;
  const first = said[0] as Partial<Schemas["ReportError"]> | undefined;
  return first?.description ? { detail: first.description } : {};
}

/** Asks, and reads the answer as `T`. */
export async function ask<T>(path: string, asked: Asked = {}): Promise<T> {
  const headers: Record<string, string> = { accept: asked.text ? "text/plain" : "application/json" };
  if (asked.key) headers.authorization = `Bearer ${asked.key}`;
  if (asked.once) headers["idempotency-key"] = asked.once;
  if (asked.language) headers["accept-language"] = asked.language;
  const init: RequestInit = { headers, method: asked.method ?? (asked.body === undefined ? "GET" : "POST") };
  if (asked.body !== undefined) {
    headers["content-type"] = "application/json";
    init.body = JSON.stringify(asked.body);
  }
  const late = AbortSignal.timeout(GIVE_UP_MS);
  init.signal = asked.signal ? AbortSignal.any([asked.signal, late]) : late;
  // Made before it is tried: a header that cannot be does not say that the hub is away.
  init.headers = new Headers(headers);
  /** What breaks off, or is of somebody else on the way, is no answer of the hub's. */
  const reached = async <A>(does: () => A | Promise<A>): Promise<A> => {
    try {
      return await does();
    } catch (e) {
      throw asked.signal?.aborted ? e : new Refusal(0, "");
    }
  };
  const sent = Date.now();
  const answer = await reached(() => fetch(path, init));
  hears(heardOf(answer.headers, sent, Date.now()));
  if (!answer.ok) {
    const problem = problemOf(await answer.json().catch(() => ({})));
    throw new Refusal(answer.status, problem.detail ?? problem.title ?? `HTTP ${answer.status}`, problem);
  }
  asked.heard?.(answer.headers);
  const text = await reached(() => answer.text());
  if (asked.text || text === "") return (asked.text ? text : undefined) as T;
  return reached(() => JSON.parse(text) as T);
}

/** A path with its parameters; those without a value are left out. */
export function to(path: string, params: Record<string, string | number | boolean | null | undefined>): string {
  const given = Object.entries(params).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return query ? `${path}?${query}` : path;
}
