/** A visit in hand: by the pointer or by the keyboard, shown where it would land, and to the others that it is in hand. */
import { HOLD_SECONDS, minuteOf } from "@gigafibre/contracts/board";
import type { BoardJob } from "@gigafibre/contracts/board";
import { onScopeDispose, shallowRef, watch } from "vue";
import type { Ref, ShallowRef } from "vue";
import { z } from "zod";
import { askHub, posted } from "../../hub-request.ts";
import { Refusal } from "../../refusal.ts";
import { at, firstTarget, stepped, targetOf } from "./moves.ts";
import type { Direction, Target } from "./moves.ts";
import type { Moves } from "./use-board.ts";

/** A press that moves less is a click. */
const SLACK_PX = 4;

export interface Draft {
  readonly job: BoardJob;
  readonly target: Target;
  /** Nothing is under the pointer where it could land. */
  readonly nowhere: boolean;
  readonly by: "pointer" | "keys";
  readonly x: number;
  readonly y: number;
}

export interface Drag {
  readonly draft: Readonly<ShallowRef<Draft | null>>;
  readonly press: (event: PointerEvent, job: BoardJob) => void;
  readonly take: (job: BoardJob) => void;
}

function told(name: string, held: boolean): void {
  askHub(z.undefined(), `/api/board/jobs/${encodeURIComponent(name)}/hold`, posted({ held })).catch((error: unknown) => {
    // It is a sign only: the move itself says who was faster.
    if (!(error instanceof Refusal)) throw error;
  });
}

const ARROWS: ReadonlySet<string> = new Set<Direction>(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]);
const isArrow = (key: string): key is Direction => ARROWS.has(key);

/** @param day the day shown, or the first of the week */
export function useDrag({ board, isMovable, move }: Pick<Moves, "board" | "isMovable" | "move">, of: { readonly week: Ref<boolean>; readonly day: Ref<string> }): Drag {
  const draft = shallowRef<Draft | null>(null);
  let holding: ReturnType<typeof setInterval> | undefined;

  watch(
    () => draft.value?.job.name,
    (name, before) => {
      clearInterval(holding);
      if (before !== undefined) told(before, false);
      if (name === undefined) return;
      told(name, true);
      holding = setInterval(() => told(name, true), (HOLD_SECONDS * 1_000) / 2);
    },
  );

  function under(x: number, y: number, job: BoardJob, grabbed: number): Pick<Draft, "target" | "nowhere"> {
    const place = document.elementsFromPoint(x, y).find((element): element is HTMLElement => element instanceof HTMLElement && element.dataset["drop"] !== undefined);
    if (!place) return { target: targetOf(job), nowhere: true };
    const { drop, technician = "", day = "", from, to } = place.dataset;
    if (drop === "waiting") return { target: null, nowhere: false };
    if (drop === "day") {
      const standing = targetOf(job) ?? (board.value ? firstTarget(board.value, job, day) : null);
      return { target: standing && at(technician, day, minuteOf(standing.start), job.minutes), nowhere: false };
    }
    const { left, width } = place.getBoundingClientRect();
    const [first, last] = [Number(from), Number(to)];
    return { target: at(technician, day, first + ((x - left) / width) * (last - first) - grabbed, job.minutes), nowhere: false };
  }

  function press(event: PointerEvent, job: BoardJob): void {
    if (event.button !== 0 || !isMovable(job) || draft.value) return;
    const chip = event.currentTarget;
    const row = chip instanceof HTMLElement ? chip.closest<HTMLElement>("[data-drop=time]") : null;
    // It stays under the finger by the point at which it was taken.
    const grabbed = row && chip instanceof HTMLElement ? ((event.clientX - chip.getBoundingClientRect().left) / row.getBoundingClientRect().width) * (Number(row.dataset["to"]) - Number(row.dataset["from"])) : 0;
    const [x0, y0] = [event.clientX, event.clientY];
    const over = new AbortController();
    const { signal } = over;
    const end = (): void => {
      over.abort();
      draft.value = null;
    };
    window.addEventListener(
      "pointermove",
      ({ clientX: x, clientY: y }) => {
        if (!draft.value && Math.hypot(x - x0, y - y0) < SLACK_PX) return;
        draft.value = { job, by: "pointer", x, y, ...under(x, y, job, grabbed) };
      },
      { signal },
    );
    window.addEventListener(
      "pointerup",
      () => {
        const landed = draft.value;
        end();
        if (!landed) return;
        // The click that may follow is the end of the drag.
        const clicked = new AbortController();
        window.addEventListener("click", (click) => click.stopPropagation(), { capture: true, signal: clicked.signal });
        setTimeout(() => clicked.abort(), 0);
        if (!landed.nowhere) void move(landed.job, landed.target);
      },
      { signal },
    );
    window.addEventListener("pointercancel", end, { signal });
    window.addEventListener("keydown", (key) => key.key === "Escape" && end(), { signal });
  }

  function take(job: BoardJob): void {
    if (!board.value || !isMovable(job) || draft.value) return;
    draft.value = { job, by: "keys", x: 0, y: 0, nowhere: false, target: firstTarget(board.value, job, of.day.value) };
  }

  function keys(event: KeyboardEvent): void {
    const now = draft.value;
    if (now?.by !== "keys" || !board.value) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") draft.value = null;
    else if (event.key === "Enter") {
      draft.value = null;
      void move(now.job, now.target);
    } else if (event.key === "Delete" || event.key === "Backspace") draft.value = { ...now, target: null };
    else if (isArrow(event.key)) {
      const target = now.target ? stepped(board.value, now.target, event.key, { week: of.week.value, far: event.shiftKey }) : firstTarget(board.value, now.job, of.day.value);
      draft.value = { ...now, target };
    }
  }
  window.addEventListener("keydown", keys, { capture: true });
  onScopeDispose(() => {
    window.removeEventListener("keydown", keys, { capture: true });
    clearInterval(holding);
    if (draft.value) told(draft.value.job.name, false);
  });

  return { draft, press, take };
}
