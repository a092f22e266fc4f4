// The page at `/authority` begins.
import { begin } from "../common/begin";

void begin(["authority", "problem"], () => import("./Authority.svelte"));
