/** The only cache of what the server holds. Live events say when something in it is no longer so. */
import { QueryClient } from "@tanstack/vue-query";
import { Refusal } from "./refusal.ts";

const FRESH_MS = 5 * 60_000;
const RETRIES = 2;

/** What may be answered otherwise a moment later. */
const mayPass = (error: Error): boolean => error instanceof Refusal && (error.status === 0 || error.status === 429 || error.status >= 502);

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { staleTime: FRESH_MS, refetchOnWindowFocus: false, retry: (failed, error) => failed < RETRIES && mayPass(error) },
    // Never by itself: whether a write was done is not known when no answer came.
    mutations: { retry: false },
  },
});
