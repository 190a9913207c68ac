/** The board of some days, as ERPNext holds it and as it will be once what was moved here has arrived. */
import { board as boardSchema, boardVisit, changedMeanwhile, formatTime, minuteOf, moveAnswer, movesAnswer } from "@gigafibre/contracts/board";
import type { Board, BoardJob, MoveAnswer, MovesAnswer, MovesRequest, WaitingFilter } from "@gigafibre/contracts/board";
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

/** A visit as it was seen, and where to. */
export interface OneMove {
  readonly job: BoardJob;
  readonly to: Target;
}
export type Away = NonNullable<MovesRequest["away"]>;

/** Made once: after a lost answer the same is sent again, and done once. */
const surely = <Answer>(ask: () => Promise<Answer>): Promise<Answer> =>
  ask().catch((error: unknown) => {
    if (error instanceof Refusal && (error.reason === "erpnext_outcome_unknown" || error.reason === "network_lost")) return ask();
    throw error;
  });

export interface Moves {
  readonly board: ComputedRef<Board | undefined>;
  readonly error: Ref<Error | null>;
  readonly refetch: () => unknown;
  readonly find: (name: string | null) => BoardJob | undefined;
  readonly isMovable: (job: BoardJob) => boolean;
  readonly isPending: (name: string) => boolean;
  readonly move: (job: BoardJob, to: Target) => Promise<void>;
  /** All at once, with whoever is away or is back. @returns whether it was done */
  readonly moveMany: (moves: readonly OneMove[], away: Away, says: string) => Promise<boolean>;
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
  /** As each stood after it was moved, and where it was before. */
  const done: { moved: { job: BoardJob; before: Target }[]; away: Away | null }[] = [];

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
    const body = posted({ id: crypto.randomUUID(), technician: to?.technician ?? null, start: to?.start ?? null, ...(to ? { minutes: to.minutes } : {}), modified, tell_customer: tellCustomers.value });
    return surely(() => askHub(moveAnswer, `/api/board/jobs/${encodeURIComponent(name)}/move`, body));
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
    return onTheirWay([{ job, to }], async () => {
      const { job: now, held_until } = await sendStanding(name, before, to, job.modified);
      return { jobs: [now], answer: { before, now, held_until } };
    });
  }

  /** Shown where they go until the hub has answered; null where it said no. */
  async function onTheirWay<Answer>(moves: readonly OneMove[], ask: () => Promise<{ jobs: readonly BoardJob[]; answer: Answer }>): Promise<Answer | null> {
    for (const { job, to } of moves) pending.set(job.name, to);
    try {
      const { jobs, answer } = await ask();
      queryClient.setQueriesData<Board>({ queryKey: BOARDS }, (old) => old && jobs.reduce(replaced, old));
      for (const job of jobs) queryClient.setQueryData(visitKey(job.name), job);
      return answer;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refused(error);
      return null;
    } finally {
      for (const { job } of moves) {
        pending.delete(job.name);
        void queryClient.invalidateQueries({ queryKey: visitKey(job.name) });
      }
      void queryClient.invalidateQueries({ queryKey: BOARDS });
    }
  }

  function sendMany(moves: readonly OneMove[], away: Away | null): Promise<MovesAnswer | null> {
    const asked = moves.map(({ job: { name, modified }, to }) => ({ job: name, modified, technician: to?.technician ?? null, start: to?.start ?? null, ...(to ? { minutes: to.minutes } : {}) }));
    const body = posted({ id: crypto.randomUUID(), moves: asked, away, tell_customer: tellCustomers.value });
    return onTheirWay(moves, async () => {
      const answer = await surely(() => askHub(movesAnswer, "/api/board/moves", body));
      return { jobs: answer.jobs, answer };
    });
  }

  function remember(moved: { job: BoardJob; before: Target }[], away: Away | null): void {
    done.push({ moved, away });
    if (done.length > REMEMBERED) done.shift();
  }

  function refused(error: Refusal): void {
    const t = texts[language.value];
    const { data: meanwhile } = changedMeanwhile.safeParse(error.details);
    const where = meanwhile?.job && board.value ? whereSaid(board.value, targetOf(meanwhile.job), language.value) : null;
    const message = typeof error.details["message"] === "string" ? error.details["message"] : null;
    say(said(error.said), { caption: [meanwhile && where ? t.put_by(meanwhile.by, where) : null, message].filter(Boolean).join(" "), timeout: 12_000, attrs: { role: "alert" } });
  }

  /** What is undone is the last that was asked for, though it is still on its way. */
  let underWay: Promise<unknown> = Promise.resolve();
  function after<Done>(doing: Promise<Done>): Promise<Done> {
    underWay = Promise.allSettled([underWay, doing]);
    return doing;
  }

  async function moved(job: BoardJob, to: Target): Promise<void> {
    const made = await go(job, to);
    if (!made) return;
    remember([{ job: made.now, before: made.before }], null);
    const t = texts[language.value];
    const where = board.value ? whereSaid(board.value, to, language.value) : "";
    say(t.moved(job.customer.title, where), {
      caption: !tellCustomers.value ? t.not_told : made.held_until === null ? t.will_be_told : t.will_be_told_at(formatTime(minuteOf(made.held_until), language.value)), timeout: 8_000,
      actions: [{ label: t.undo, color: "white", handler: undoLast }],
    });
  }

  async function manyMoved(moves: readonly OneMove[], away: Away, says: string): Promise<boolean> {
    const made = await sendMany(moves, away);
    if (!made) return false;
    remember(made.jobs.map((job, index) => ({ job, before: moves[index] ? targetOf(moves[index].job) : null })), away);
    const t = texts[language.value];
    const told = !tellCustomers.value ? t.none_told : made.held_until === null ? t.each_told : t.each_told_at(formatTime(minuteOf(made.held_until), language.value));
    say(says, { caption: moves.length > 0 ? told : "", timeout: 12_000, actions: [{ label: t.undo, color: "white", handler: undoLast }] });
    return true;
  }

  async function undo(): Promise<void> {
    await underWay;
    const last = done.pop();
    if (!last) return;
    const t = texts[language.value];
    // Somebody has moved it since: theirs stands.
    if (last.moved.some(({ job }) => !sameTarget(targetOf(held(job)), targetOf(job)))) return say(t.moved_since);
    const [one] = last.moved;
    const undone = last.away === null && one ? go(one.job, one.before) : sendMany(last.moved.map(({ job, before }) => ({ job: held(job), to: before })), last.away && { ...last.away, is_away: !last.away.is_away });
    if (await undone) say(t.undone);
  }
  const undoLast = (): void => void undo();

  return { board, error, refetch, find, isMovable, isPending: (name) => pending.has(name), move: (job, to) => after(moved(job, to)), moveMany: (moves, away, says) => after(manyMoved(moves, away, says)), undoLast };
}

/** In the board of any days: it is shown only where its day is. */
function replaced(old: Board, job: BoardJob): Board {
  const [jobs, waiting] = [old.jobs, old.waiting].map((list) => list.filter(({ name }) => name !== job.name)) as [BoardJob[], BoardJob[]];
  if (job.start === null) return { ...old, jobs, waiting: [...waiting, job] };
  return { ...old, waiting, jobs: old.days.some(({ date }) => job.start?.startsWith(date)) ? [...jobs, job] : jobs };
}
