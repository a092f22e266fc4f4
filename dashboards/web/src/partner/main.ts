// The page at `/partner` begins.
import { begin } from "../common/begin";

void begin(["partner"], () => import("./Partner.svelte"));
