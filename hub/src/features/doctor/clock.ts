import { both, judged } from "./findings.ts";
import type { Finding } from "./findings.ts";

/** Deadlines, signatures and watermarks bear this much, not more. */
const SKEW_MS = 10_000;

/** Another clock against ours: what it said between `asked` and `answered`. */
export function clockFinding(id: string, whose: string, said: number, asked: number, answered: number): Finding {
  const skew = said < asked ? said - asked : said > answered ? said - answered : 0;
  const seconds = Math.round(Math.abs(skew) / 1000);
  const ahead = skew > 0;
  return judged(id, Math.abs(skew) <= SKEW_MS, {
    ok: both(`L'horloge de ${whose} est à l'heure du hub`, `The clock of ${whose} agrees with the hub's`),
    says: both(`L'horloge de ${whose} ${ahead ? "avance" : "retarde"} de ${seconds} s sur celle du hub`, `The clock of ${whose} is ${seconds} s ${ahead ? "ahead of" : "behind"} the hub's`),
    mend: both("Synchronisez les deux machines (NTP: timedatectl set-ntp true).", "Synchronise both machines (NTP: timedatectl set-ntp true)."),
  });
}
