/** The board of some days, as ERPNext holds it and as it will be once what was moved here has arrived. */
import { board as boardSchema, boardVisit, changedMeanwhile, formatTime, minuteOf, moveAnswer } from "@gigafibre/contracts/board";
import type { Board, BoardJob, MoveAnswer, WaitingFilter } from "@gigafibre/contracts/board";
import { keepPreviousData, useQuery } from "@tanstack/vue-query";
import { language, said } from "@gigafibre/theme/language.ts";
import { Notify } from "quasar";
import type { QNotifyCreateOptions } from "quasar";
import { computed, shallowReactive } from "vue";
import type { ComputedRef, Ref } from "vue";
import { askHub, posted } from "../../hub-request.ts";
import { queryClient } from "../../query-client.ts";
import { keys } from "../../query-keys.ts";
import { Refusal } from "../../refusal.ts";
import { useSession } from "../session/session.ts";
import { MOVABLE, sameTarget, targetOf, withMove } from "./moves.ts";
import type { Target } from "./moves.ts";
import { texts, whereSaid } from "./texts.ts";

const REMEMBERED = 30;
/** The hub's own answer of an hour ago says nothing of technicians and holidays changed meanwhile. */
const EVERY_MS = 60_000;

const BOARDS = keys.list("Dispatch Job", "board");

/** The board of some days, for whoever shows it. */
export const boardQuery = (from: string, days: number, filter: WaitingFilter = {}) => ({
  queryKey: keys.list("Dispatch Job", "board", from, days, filter),
  queryFn: ({ signal }: { signal: AbortSignal }) => askHub(boardSchema, `/api/board?${new URLSearchParams({ from, days: String(days), ...filter }).toString()}`, { signal }),
});

const visitKey = (name: string) => keys.list("Dispatch Job", "visit", name);
/** One visit, wherever it is. */
export const visitQuery = (name: string) => ({
  queryKey: visitKey(name),
  queryFn: async ({ signal }: { signal: AbortSignal }) => (await askHub(boardVisit, `/api/board/jobs/${encodeURIComponent(name)}`, { signal })).job,
  retry: false,
});

export interface Moves {
  readonly board: ComputedRef<Board | undefined>;
  readonly error: Ref<Error | null>;
  readonly refetch: () => unknown;
  readonly find: (name: string | null) => BoardJob | undefined;
  readonly isMovable: (job: BoardJob) => boolean;
  readonly isPending: (name: string) => boolean;
  readonly move: (job: BoardJob, to: Target) => Promise<void>;
  readonly undoLast: () => void;
}

/** @param filter of those that wait */
export function useBoard(from: Ref<string>, days: Ref<number>, filter: Ref<WaitingFilter>, tellCustomers: Ref<boolean>): Moves {
  /** On their way; shown where they go. */
  const pending = shallowReactive(new Map<string, Target>());
  let dismiss: (() => void) | undefined;
  const say = (message: string, more: QNotifyCreateOptions = {}): void => {
    dismiss?.();
    dismiss = Notify.create({ message, ...more });
  };
  const done: { job: BoardJob; before: Target }[] = [];

  const { data, error, refetch } = useQuery(computed(() => ({ ...boardQuery(from.value, days.value, filter.value), placeholderData: keepPreviousData, refetchInterval: EVERY_MS })));
  const session = useSession();
  const board = computed(() => {
    if (!data.value) return undefined;
    // What is in one's own hand one sees.
    const others = { ...data.value, held: data.value.held.filter(({ user }) => user !== session.who?.user) };
    return [...pending].reduce((so, [name, target]) => withMove(so, name, target), others);
  });
  const find = (name: string | null): BoardJob | undefined => [...(board.value?.jobs ?? []), ...(board.value?.waiting ?? [])].find((job) => job.name === name);
  const isMovable = (job: BoardJob): boolean => board.value?.may_move === true && MOVABLE.has(job.status) && !pending.has(job.name);

  /** As the hub holds it, whatever is on its way; what is not on screen as it was last seen. */
  const held = (job: BoardJob): BoardJob => [...(data.value?.jobs ?? []), ...(data.value?.waiting ?? [])].find(({ name }) => name === job.name) ?? queryClient.getQueryData<BoardJob>(visitKey(job.name)) ?? job;

  async function send(name: string, to: Target, modified: string): Promise<MoveAnswer> {
    // Made once: after a lost answer the same is sent again, and done once.
    const body = posted({ id: crypto.randomUUID(), technician: to?.technician ?? null, start: to?.start ?? null, ...(to ? { minutes: to.minutes } : {}), modified, tell_customer: tellCustomers.value });
    const ask = () => askHub(moveAnswer, `/api/board/jobs/${encodeURIComponent(name)}/move`, body);
    return ask().catch((error: unknown) => {
      if (error instanceof Refusal && (error.reason === "erpnext_outcome_unknown" || error.reason === "network_lost")) return ask();
      throw error;
    });
  }

  /** What changed meanwhile was not its place: whoever wrote a note does not stop a move. */
  async function sendStanding(name: string, before: Target, to: Target, modified: string): Promise<MoveAnswer> {
    try {
      return await send(name, to, modified);
    } catch (error) {
      const meanwhile = error instanceof Refusal && error.reason === "visit_changed_meanwhile" ? changedMeanwhile.safeParse(error.details).data?.job : undefined;
      if (!meanwhile || !sameTarget(targetOf(meanwhile), before)) throw error;
      return send(name, to, meanwhile.modified);
    }
  }

  async function go(seen: BoardJob, to: Target): Promise<{ before: Target; now: BoardJob; held_until: string | null } | null> {
    const job = held(seen);
    const [{ name }, before] = [job, targetOf(job)];
    if (sameTarget(before, to)) return null;
    pending.set(name, to);
    try {
      const { job: now, held_until } = await sendStanding(name, before, to, job.modified);
      queryClient.setQueriesData<Board>({ queryKey: BOARDS }, (old) => old && replaced(old, now));
      queryClient.setQueryData(visitKey(name), now);
      return { before, now, held_until };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refused(error);
      return null;
    } finally {
      pending.delete(name);
      void queryClient.invalidateQueries({ queryKey: BOARDS });
      void queryClient.invalidateQueries({ queryKey: visitKey(name) });
    }
  }

  function refused(error: Refusal): void {
    const t = texts[language.value];
    const { data: meanwhile } = changedMeanwhile.safeParse(error.details);
    const where = meanwhile?.job && board.value ? whereSaid(board.value, targetOf(meanwhile.job), language.value) : null;
    const message = typeof error.details["message"] === "string" ? error.details["message"] : null;
    say(said(error.said), { caption: [meanwhile && where ? t.put_by(meanwhile.by, where) : null, message].filter(Boolean).join(" "), timeout: 12_000, attrs: { role: "alert" } });
  }

  async function move(job: BoardJob, to: Target): Promise<void> {
    const made = await go(job, to);
    if (!made) return;
    done.push({ job: made.now, before: made.before });
    if (done.length > REMEMBERED) done.shift();
    const t = texts[language.value];
    const where = board.value ? whereSaid(board.value, to, language.value) : "";
    say(t.moved(job.customer.title, where), {
      caption: !tellCustomers.value ? t.not_told : made.held_until === null ? t.will_be_told : t.will_be_told_at(formatTime(minuteOf(made.held_until), language.value)), timeout: 8_000,
      actions: [{ label: t.undo, color: "white", handler: undoLast }],
    });
  }

  function undoLast(): void {
    const last = done.pop();
    if (!last) return;
    // Somebody has moved it since: theirs stands.
    if (!sameTarget(targetOf(held(last.job)), targetOf(last.job))) return say(texts[language.value].moved_since);
    void go(last.job, last.before).then((undone) => undone && say(texts[language.value].undone));
  }

  return { board, error, refetch, find, isMovable, isPending: (name) => pending.has(name), move, undoLast };
}

/** In the board of any days: it is shown only where its day is. */
function replaced(old: Board, job: BoardJob): Board {
  const [jobs, waiting] = [old.jobs, old.waiting].map((list) => list.filter(({ name }) => name !== job.name)) as [BoardJob[], BoardJob[]];
  if (job.start === null) return { ...old, jobs, waiting: [...waiting, job] };
  return { ...old, waiting, jobs: old.days.some(({ date }) => job.start?.startsWith(date)) ? [...jobs, job] : jobs };
}
