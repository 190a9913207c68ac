/** Where the technician is, told to the customer who follows them: from setting out until somebody says that nobody follows, and never longer. */
import { positionAnswer } from "@gigafibre/contracts/follow";
import { HubRefusal, askHub } from "../../hub-request.ts";
import { positionNow } from "./position.ts";

const EVERY_MS = 45_000;
/** Who drives longer than this has forgotten to say that they arrived. */
const LONGEST_MS = 3 * 3_600_000;

/** @returns what stops it */
export function tellPosition(job: string): () => void {
  const since = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const again = (): void => {
    if (!stopped && performance.now() - since < LONGEST_MS) timer = setTimeout(() => void report(), EVERY_MS);
  };
  async function report(): Promise<void> {
    const position = await positionNow();
    if (stopped) return;
    if (!position) return again();
    try {
      const { following } = await askHub(positionAnswer, "/api/field/position", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ job, ...position }) });
      if (following) again();
    } catch (error) {
      if (!(error instanceof HubRefusal)) throw error;
      // Without a network the next one will do; a refusal is a no.
      if (error.status === 0 || error.status >= 500) again();
    }
  }
  void report();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
