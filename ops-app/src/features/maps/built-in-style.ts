/** Our own map: roads, drops and zones in the theme's colours, without a request to anybody outside; so without names, for which it would need fonts. */
import type { PlantMap } from "@gigafibre/contracts/maps";
import type { StyleSpecification } from "maplibre-gl";

const empty = { type: "FeatureCollection", features: [] } as const;
export const SOURCES = ["zones", "roads", "drops"] as const satisfies readonly (keyof PlantMap)[];

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
    ],
  };
}
