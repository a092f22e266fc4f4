// The page at `/authority` begins.
import { begin } from "../common/begin";

void begin(["authority"], () => import("./Authority.svelte"));
