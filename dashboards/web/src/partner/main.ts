// The page at `/partner` begins.
import { begin } from "../common/begin";
import { takeOut } from "./token";

takeOut();
void begin(["partner", "problem"], () => import("./Partner.svelte"));
