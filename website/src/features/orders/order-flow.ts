/** What every step of the order shares: the answers so far, the prices of the place, and the way from step to step. */
import type { Catalog } from "@gigafibre/contracts/catalog";
import { formatMoney } from "@gigafibre/contracts/format-money";
import type { Quote } from "@gigafibre/contracts/pricing";
import type { FieldProblem } from "@gigafibre/contracts/problems";
import { computed, inject, provide, shallowRef } from "vue";
import type { ComputedRef, InjectionKey, ShallowRef } from "vue";
import { useRoute, useRouter } from "vue-router";
import { useLanguage } from "../../language.ts";
import type { Language } from "../../language.ts";
import { pageIn } from "../../routes.ts";
import { useDraft } from "./draft.ts";
import type { Draft, DraftStore } from "./draft.ts";
import { isOnRequest, priceOf, problemsOf } from "./order-body.ts";
import { queryOf, stepOf, stepsFor } from "./steps.ts";
import type { Step } from "./steps.ts";

export interface OrderFlow {
  readonly store: DraftStore;
  readonly draft: Draft;
  readonly language: ComputedRef<Language>;
  readonly catalog: ShallowRef<Catalog>;
  readonly price: ComputedRef<Quote>;
  readonly steps: ComputedRef<readonly Step[]>;
  readonly step: ComputedRef<Step>;
  /** What is wrong with a step's answers, by the rules that the hub applies. */
  problems(step: Step | "address"): readonly FieldProblem[];
  /** What the hub found wrong with what was sent, until it is answered anew. */
  readonly refused: ShallowRef<readonly FieldProblem[]>;
  money(cents: number): string;
  go(step: Step): Promise<unknown>;
  /** To the next step; the answers of this one must be right. */
  next(): Promise<unknown>;
  back(): Promise<unknown>;
}

const FLOW: InjectionKey<OrderFlow> = Symbol("order flow");

export function provideOrderFlow(loaded: Catalog): OrderFlow {
  const store = useDraft();
  const { draft } = store;
  const language = useLanguage();
  const route = useRoute();
  const router = useRouter();
  const catalog = shallowRef(loaded);
  const refused = shallowRef<readonly FieldProblem[]>([]);

  const steps = computed(() => stepsFor(isOnRequest(draft)));
  /** The terms' version is the hub's to give, at the last step; here any stands for it. */
  const found = computed(() => problemsOf({ draft, catalog: catalog.value, language: language.value, terms_version: "-" }));
  const problems = (step: Step | "address"): readonly FieldProblem[] => found.value.get(step) ?? [];

  /** The step that the address asks for, or the first one before it that is not answered. */
  const step = computed((): Step => {
    const wanted = stepOf(route.query, language.value) ?? "plan";
    const before = steps.value.slice(0, Math.max(0, steps.value.indexOf(wanted)));
    return before.find((earlier) => problems(earlier).length > 0) ?? (steps.value.includes(wanted) ? wanted : "plan");
  });

  const go = (to: Step): Promise<unknown> => router.push(pageIn(language.value, "order", { query: queryOf(to, language.value) }));
  const flow: OrderFlow = {
    store,
    draft,
    language,
    catalog,
    steps,
    step,
    problems,
    refused,
    price: computed(() => priceOf(draft, catalog.value)),
    money: (cents) => formatMoney(cents, language.value),
    go,
    next() {
      const after = steps.value[steps.value.indexOf(step.value) + 1];
      return after ? go(after) : Promise.resolve();
    },
    back() {
      const before = steps.value[steps.value.indexOf(step.value) - 1];
      return before ? go(before) : router.push(pageIn(language.value, "home"));
    },
  };
  provide(FLOW, flow);
  return flow;
}

export function useOrderFlow(): OrderFlow {
  const flow = inject(FLOW);
  if (!flow) throw new Error("an order's step stands outside of the order");
  return flow;
}
