// The client's types, from the description of the API as the repository keeps it: only of the calls that pages make.
// `npm run types` writes them; a test holds them against the description.
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const HERE = new URL("../", import.meta.url);
const DESCRIPTION = new URL("../../src/serve/tests/snapshots/openapi.snap", HERE);
export const FILE = new URL("src/common/api.d.ts", HERE);

/** What pages call: add a call here before a page makes it. */
const CALLS = {
  "/v1/zones": "get",
  "/v1/zones/{zone}": "get",
  "/v1/zones/{zone}/forecast": "get",
  "/v1/bays/nearby": "get",
  "/v1/bays/{bay}": "get",
  "/v1/orders": "get post",
  "/v1/orders/{order}": "get patch",
  "/v1/orders/{order}/end": "post",
  "/v1/orders/{order}/confirm": "post",
  "/v1/open311/requests.json": "get post",
  "/v1/problems": "get",
  "/v1/problems/{problem}": "get patch",
  "/v1/problems/{problem}/rating": "post",
  "/v1/operators": "get",
  "/v1/requests": "post",
  "/v1/reservations": "get",
  "/v1/reservations/{reservation}": "get",
  "/v1/reservations/{reservation}/confirm": "post",
  "/v1/reservations/{reservation}/cancel": "post",
  "/v1/partners/me": "get",
  "/v1/partners": "post",
  "/v1/partners/confirm": "post",
  "/v1/partners/me/keys": "get post",
  "/v1/partners/me/keys/{key}": "delete",
  "/v1/partners/me/keys/{key}/rotate": "post",
  "/v1/partners/me/quarantine": "get",
  "/v1/partners/me/credit": "get",
  "/v1/partners/me/usage": "get",
  "/v1/contributions/mine": "get",
  "/v1/quality": "get",
  "/v1/sources": "get",
  "/v1/webhooks": "get post",
  "/v1/webhooks/{webhook}": "get patch delete",
  "/v1/webhooks/{webhook}/test": "post",
  "/v1/webhooks/{webhook}/rotate": "post",
  "/v1/webhooks/{webhook}/deliveries": "get",
  "/v1/webhooks/{webhook}/deliveries/{delivery}/resend": "post",
  "/v1/webhooks/{webhook}/replay": "post",
  "/readyz": "get",
  "/v1/status": "get",
  "/v1/quarantine": "get",
  "/v1/admin/partners": "get",
  "/v1/admin/partners/{partner}": "patch",
  "/v1/admin/signups/{signup}": "patch",
  "/v1/admin/usage": "get",
  "/v1/admin/audit": "get",
  "/v1/admin/registry/faults": "get",
  "/v1/admin/losses": "get",
  "/v1/admin/losses/{loss}/ack": "post",
  "/v1/admin/devices": "get",
  "/v1/turnover": "get",
  "/v1/offers": "get post",
  "/v1/offers/{offer}": "get patch delete",
  "/v1/offers/{offer}/utilisation": "get",
  "/v1/offers/{offer}/reservations/{reservation}/cancel": "post",
  "/v1/partners/me/bays": "get",
  "/v1/partners/me/reservations": "get",
  "/v1/partners/me/settlement": "get",
};

/**
 * Whatever types need and nothing else: no examples, no headers.
 * @param {any} part
 */
function thin(part) {
  if (Array.isArray(part)) return part.forEach(thin);
  if (!part || typeof part !== "object") return;
  for (const key of ["example", "examples", "headers", "responses_headers"]) delete part[key];
  Object.values(part).forEach(thin);
}

/** The text of the file of types. */
export async function types() {
  const text = readFileSync(DESCRIPTION, "utf8").split(/^---\n/m)[2] ?? "";
  const whole = JSON.parse(text);
  /** @type {Record<string, any>} */
  const paths = {};
  for (const [path, methods] of Object.entries(CALLS)) {
    paths[path] = Object.fromEntries(methods.split(" ").map((m) => [m, whole.paths[path][m]]));
  }
  thin(paths);
  /** @type {Record<string, Record<string, any>>} */
  const components = {};
  const follow = (/** @type {any} */ part) => {
    if (!part || typeof part !== "object") return;
    const [, , kind, name] = typeof part.$ref === "string" ? part.$ref.split("/") : [];
    if (kind && name && !components[kind]?.[name]) {
      const there = whole.components[kind][name];
      thin(there);
      (components[kind] ??= {})[name] = there;
      follow(there);
    }
    Object.values(part).forEach(follow);
  };
  follow(paths);
  for (const kind of Object.keys(components)) {
    components[kind] = Object.fromEntries(Object.entries(components[kind] ?? {}).sort());
  }
  const tree = await openapiTS(JSON.stringify({ openapi: whole.openapi, info: whole.info, paths, components }));
  return `// Made by scripts/types.js from the description of the API. Do not edit.\n${astToString(tree)}`;
}

if (process.argv[1]?.endsWith("types.js")) writeFileSync(FILE, await types());
