/** Our own map: roads, drops and zones in the theme's colours, without a request to anybody outside. Without a server of glyphs MapLibre draws names in the page's own font. */
import type { PlantMap } from "@gigafibre/contracts/maps";
import type { StyleSpecification } from "maplibre-gl";

const empty = { type: "FeatureCollection", features: [] } as const;
export const SOURCES = ["zones", "roads", "drops"] as const satisfies readonly (keyof PlantMap)[];

const FONT = "Inter Variable";

/** As the page shows it now, light or dark. */
const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export function builtInStyle(): StyleSpecification {
  return {
    version: 8,
    sources: Object.fromEntries(SOURCES.map((name) => [name, { type: "geojson", data: empty }])),
    layers: [
      { id: "ground", type: "background", paint: { "background-color": colour("--color-surface-sunken") } },
      { id: "zones", type: "fill", source: "zones", paint: { "fill-color": colour("--color-action"), "fill-opacity": 0.12 } },
      { id: "zone-edges", type: "line", source: "zones", paint: { "line-color": colour("--color-action"), "line-width": 1.5, "line-dasharray": [3, 2] } },
      { id: "roads", type: "line", source: "roads", layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": colour("--color-drawing-soft"), "line-width": ["interpolate", ["linear"], ["zoom"], 8, 0.6, 12, 1.6, 16, 5] } },
      {
        id: "drops", type: "circle", source: "drops", minzoom: 11,
        paint: {
          "circle-radius": ["interpolate", ["linear"], ["zoom"], 11, 1, 14, 3, 17, 6],
          "circle-color": ["match", ["get", "state"], "taken", colour("--color-good"), "on_request", colour("--color-warn"), colour("--color-info")],
          "circle-opacity": 0.8,
        },
      },
      {
        id: "road-names", type: "symbol", source: "roads", minzoom: 11.5,
        layout: { "symbol-placement": "line", "symbol-spacing": 320, "text-field": ["get", "name"], "text-font": [FONT], "text-size": ["interpolate", ["linear"], ["zoom"], 11.5, 10, 15, 13], "text-max-angle": 40, "text-padding": 6, "text-offset": [0, -0.8] },
        paint: { "text-color": colour("--color-text-soft"), "text-halo-color": colour("--color-surface-sunken"), "text-halo-width": 1.6 },
      },
      {
        id: "zone-names", type: "symbol", source: "zones", layout: { "text-field": ["get", "name"], "text-font": [FONT], "text-size": 12 },
        paint: { "text-color": colour("--color-good"), "text-halo-color": colour("--color-surface-sunken"), "text-halo-width": 1.6 },
      },
    ],
  };
}
