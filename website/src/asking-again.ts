/** Asks the hub again and again while somebody looks, and at once when they come back to the page or the network comes back. */
import { onMounted, onScopeDispose } from "vue";

/**
 * @param question asks once, and answers after how many milliseconds to ask again; null when nothing changes any more
 * @returns asks now, without waiting for the next time
 */
export function useAskingAgain(question: () => Promise<number | null>): () => Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  async function refresh(): Promise<void> {
    clearTimeout(timer);
    const pause = await question();
    if (pause !== null && !stopped && !document.hidden) timer = setTimeout(() => void refresh(), pause);
  }

  const looked = (): void => {
    clearTimeout(timer);
    if (!document.hidden) void refresh();
  };
  onMounted(() => {
    document.addEventListener("visibilitychange", looked);
    window.addEventListener("online", looked);
    void refresh();
  });
  onScopeDispose(() => {
    stopped = true;
    clearTimeout(timer);
    if (import.meta.env.SSR) return;
    document.removeEventListener("visibilitychange", looked);
    window.removeEventListener("online", looked);
  });
  return refresh;
}
