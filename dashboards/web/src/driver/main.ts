import { mount } from "svelte";
import "../common/theme.css";
import Driver from "./Driver.svelte";

const at = document.getElementById("app");
if (at) {
  at.replaceChildren();
  mount(Driver, { target: at });
}

// The shell is kept, so that the page opens without the hub and says how old what it shows is.
if ("serviceWorker" in navigator && import.meta.env.PROD) {
  void navigator.serviceWorker.register("/sw.js").catch(() => undefined);
}
