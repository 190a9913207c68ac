import { language } from "@gigafibre/theme/language.ts";

/** `150 Mbit/s`, `1,5 Gbit/s` / `150 Mbps`, `1.5 Gbps`. */
export function formatSpeed(mbps: number): string {
  const fr = language.value === "fr";
  const value = new Intl.NumberFormat(`${language.value}-CA`).format(mbps >= 1000 ? mbps / 1000 : mbps);
  return `${value} ${mbps >= 1000 ? (fr ? "Gbit/s" : "Gbps") : fr ? "Mbit/s" : "Mbps"}`;
}
