import { mount } from "svelte";
import "../common/theme.css";
import Partner from "./Partner.svelte";

const at = document.getElementById("app");
if (at) {
  at.replaceChildren();
  mount(Partner, { target: at });
}
