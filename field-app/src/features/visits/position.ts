import type { VisitActionBody } from "@gigafibre/contracts/visits";

type Position = Extract<VisitActionBody, { kind: "set_out" }>["position"];

/** Nobody waits for it longer: setting out counts, the position is only a help. */
const PATIENCE_MS = 2_500;

export function positionNow(): Promise<Position> {
  if (!("geolocation" in navigator)) return Promise.resolve(null);
  return new Promise((resolve) => {
    const given = setTimeout(() => resolve(null), PATIENCE_MS);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        clearTimeout(given);
        resolve({ latitude: coords.latitude, longitude: coords.longitude, accuracy_m: coords.accuracy });
      },
      () => {
        clearTimeout(given);
        resolve(null);
      },
      { maximumAge: 60_000, timeout: PATIENCE_MS },
    );
  });
}
