// The operator's base map under what the hub knows: a style or a PMTiles file, drawn by MapLibre, which is only loaded
// where there is one to draw and WebGL to draw it with.
import type { Map as LibreMap, StyleSpecification } from "maplibre-gl";
import type { Look } from "./camera";

/** `credits`: whom the map is to name, as text. */
export type Base = { credits: string; show: (look: Look) => void; end: () => void };

export function hasWebgl(): boolean {
  try {
    return document.createElement("canvas").getContext("webgl2") !== null;
  } catch {
    return false;
  }
}

/** A style for vector tiles of the Protomaps schema, without words: those need fonts. */
function plainStyle(url: string, dark: boolean): StyleSpecification {
  const c = dark
    ? { land: "#22282d", water: "#10202c", park: "#1f2f27", road: "#3b444c", house: "#2b3238" }
    : { land: "#f4f2ec", water: "#dce8ef", park: "#dfeadb", road: "#ffffff", house: "#e5e1d8" };
  const width = (far: number, near: number) =>
    ["interpolate", ["exponential", 1.6], ["zoom"], 11, far, 19, near] as unknown as number;
  return {
    version: 8,
    sources: { base: { type: "vector", url: `pmtiles://${url}` } },
    layers: [
      { id: "paper", type: "background", paint: { "background-color": c.land } },
      {
        id: "landuse",
        type: "fill",
        source: "base",
        "source-layer": "landuse",
        paint: { "fill-color": c.park, "fill-opacity": 0.6 },
      },
      { id: "water", type: "fill", source: "base", "source-layer": "water", paint: { "fill-color": c.water } },
      {
        id: "roads",
        type: "line",
        source: "base",
        "source-layer": "roads",
        paint: { "line-color": c.road, "line-width": width(0.5, 18) },
      },
      {
        id: "houses",
        type: "fill",
        source: "base",
        "source-layer": "buildings",
        minzoom: 14,
        paint: { "fill-color": c.house },
      },
    ],
  };
}

/** Draws `basemap` in `at`; fails where it cannot, and then there is the simple ground. */
export async function start(at: HTMLElement, basemap: string, dark: boolean, look: Look): Promise<Base> {
  if (!hasWebgl()) throw new Error("no WebGL");
  const libre = await import("maplibre-gl");
  const { default: worker } = await import("maplibre-gl/dist/maplibre-gl-worker.mjs?url");
  libre.setWorkerUrl(worker);
  let style: string | StyleSpecification = basemap;
  if (basemap.split("?")[0]?.endsWith(".pmtiles")) {
    const { Protocol } = await import("pmtiles");
    libre.addProtocol("pmtiles", new Protocol().tile);
    style = plainStyle(new URL(basemap, location.href).href, dark);
  }
  const map: LibreMap = new libre.Map({
    container: at,
    style,
    center: [look.lon, look.lat],
    zoom: look.zoom,
    // Fingers and keys are the page's own, the same with a base map and without.
    interactive: false,
    // Named by the page itself, above what is drawn.
    attributionControl: false,
    fadeDuration: 0,
  });
  await new Promise<void>((ready, failed) => {
    map.once("load", () => ready());
    map.once("error", (e) => failed(e.error));
  }).catch((e: unknown) => {
    map.remove();
    throw e;
  });
  const named = Object.keys(map.getStyle().sources).map((id) => map.getSource(id)?.attribution ?? "");
  const text = (html: string) => new DOMParser().parseFromString(html, "text/html").body.textContent ?? "";
  return {
    credits: [...new Set(named.filter(Boolean).map(text))].join(" · "),
    show: ({ lon, lat, zoom }) => map.jumpTo({ center: [lon, lat], zoom }),
    end: () => map.remove(),
  };
}
