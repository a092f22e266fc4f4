// What an app in TypeScript does with either of the generated clients: asks for a zone, and reads a refusal.
import createClient from "openapi-fetch";
import type { paths } from "./types";
import { createClient as createHeyClient } from "./hey/client";
import { report, zones } from "./hey";

async function main(): Promise<void> {
  const [baseUrl, key, source, bay] = process.argv.slice(2);
  if (!baseUrl || !key || !source || !bay) throw new Error("usage: call BASE KEY SOURCE BAY");

  const typed = createClient<paths>({ baseUrl });
  const page = await typed.GET("/v1/zones", { params: { query: { limit: 1 } } });
  // The same call answers in GeoJSON and CSV too, so its type is a union of all of them.
  const zone = typeof page.data === "object" && "zones" in page.data ? page.data.zones[0]?.zone : undefined;
  if (!zone) throw new Error(`no zone: ${JSON.stringify(page)}`);
  const none = await typed.GET("/v1/zones/{zone}", { params: { path: { zone: "no-such" } } });
  if (none.error?.status !== 404) throw new Error(`found: ${JSON.stringify(none)}`);

  const client = createHeyClient({ baseUrl, auth: () => key });
  const same = await zones({ client, query: { ids: zone } });
  if (same.data?.zones[0]?.zone !== zone) throw new Error(`not ${zone}: ${JSON.stringify(same)}`);
  const said = await report({ client, body: { source, bays: [{ bay, state: "occupied" }] } });
  if (said.data?.accepted !== 1) throw new Error(`not taken: ${JSON.stringify(said)}`);
  console.log(`zone ${zone}`);
}

main().catch((e) => {
  console.error(e);
  process.exit(1);
});
