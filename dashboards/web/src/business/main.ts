import { mount } from "svelte";
import "../common/theme.css";
import Business from "./Business.svelte";

const at = document.getElementById("app");
if (at) {
  at.replaceChildren();
  mount(Business, { target: at });
}
