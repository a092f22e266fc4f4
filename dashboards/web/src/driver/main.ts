// The page at `/` begins.
import { begin } from "../common/begin";
import { follow } from "../common/live/start";
import { read } from "./address";

// Zones are asked for while the page is still loaded.
follow(read(location.search).filters.kind);
void begin(["driver", "problem"], () => import("./Driver.svelte"));

// The shell is kept, so that the page opens without the hub and says how old what it shows is.
if ("serviceWorker" in navigator && import.meta.env.PROD) {
  void navigator.serviceWorker.register("/sw.js").catch(() => undefined);
}
