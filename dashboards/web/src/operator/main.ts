import { mount } from "svelte";
import "../common/theme.css";
import Operator from "./Operator.svelte";

const at = document.getElementById("app");
if (at) {
  at.replaceChildren();
  mount(Operator, { target: at });
}
