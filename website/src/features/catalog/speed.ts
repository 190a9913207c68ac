import type { Language } from "../../language.ts";

/** `150 Mbit/s`, `1,5 Gbit/s` / `150 Mbps`, `1.5 Gbps`. */
export function formatSpeed(mbps: number, language: Language): string {
  const [value, unit] = mbps >= 1000 ? [mbps / 1000, language === "fr" ? "Gbit/s" : "Gbps"] : [mbps, language === "fr" ? "Mbit/s" : "Mbps"];
  return `${String(value).replace(".", language === "fr" ? "," : ".")} ${unit}`;
}
