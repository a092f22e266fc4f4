// How the pages are built: one entrance for each group of people, everything from the hub itself.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { readdirSync } from "node:fs";
import { defineConfig } from "vite";
import { ground } from "./scripts/ground.js";
import { early, light, packed } from "./scripts/packed.js";

const hub = process.env.BAYHUB ?? "http://127.0.0.1:18480";

/** An entrance is an HTML file here: `authority.html` is served at `/authority`. */
const entrances = readdirSync(import.meta.dirname).filter((file) => file.endsWith(".html"));
const input = Object.fromEntries(entrances.map((file) => [file.slice(0, -5), file]));

export default defineConfig({
  plugins: [svelte(), ground(), early(), light(), packed()],
  build: {
    target: "es2022",
    assetsDir: "web",
    // The strict policy of the pages knows no `data:` but of pictures.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      input: { ...input, sw: "src/offline/sw.ts" },
      output: {
        entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "web/[name]-[hash].js"),
        chunkFileNames: "web/[name]-[hash].js",
        assetFileNames: "web/[name]-[hash][extname]",
      },
    },
  },
  worker: { format: "es", rollupOptions: { output: { entryFileNames: "web/[name]-[hash].js" } } },
  server: {
    port: 18481,
    proxy: {
      "/v1": hub,
      "/ngsi-ld": hub,
      "/web.json": hub,
      "/docs": hub,
      "/status": hub,
      "/admin": hub,
      "/readyz": hub,
      "/metrics": hub,
    },
  },
});
