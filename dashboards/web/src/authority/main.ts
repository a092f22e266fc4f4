import { mount } from "svelte";
import "../common/theme.css";
import Authority from "./Authority.svelte";

const at = document.getElementById("app");
if (at) {
  at.replaceChildren();
  mount(Authority, { target: at });
}
