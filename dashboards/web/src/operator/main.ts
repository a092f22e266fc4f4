// The page at `/operator` begins.
import { begin } from "../common/begin";

// Sources and refusals are told as the partners’ page tells them.
void begin(["operator", "partner", "problem"], () => import("./Operator.svelte"));
