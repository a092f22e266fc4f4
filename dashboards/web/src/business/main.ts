// The page at `/business` begins.
import { begin } from "../common/begin";

void begin(["business"], () => import("./Business.svelte"));
