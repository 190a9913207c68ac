import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { callAnswer } from "@gigafibre/contracts/calls";
import { localDate } from "@gigafibre/contracts/dates";
import type { Bilingual } from "@gigafibre/contracts/language";
import { problem } from "@gigafibre/contracts/problems";
import { serviceChangeAsked, serviceChangePreview, serviceChangeRequest } from "@gigafibre/contracts/services";
import type { ServiceChange } from "@gigafibre/contracts/services";
import type { Step } from "@gigafibre/contracts/unit-of-work";
import { ErpnextUnavailable } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { addresseeOf } from "../messages/addressee.ts";
import type { Asked, CallWork } from "../calls/calls.ts";
import { requireRights } from "../calls/rights.ts";
import { creditSteps } from "../cancellation/credit-steps.ts";
import { CALL_DEVICE, wishCalls } from "../devices/call-job.ts";
import { dropPlaces } from "../devices/cache.ts";
import type { Addressee } from "../messages/addressee.ts";
import { serviceMessages } from "../messages/service-messages.ts";
import { invoiceSettings } from "../orders/agent-rules.ts";
import { invoiceSteps } from "../orders/invoice-steps.ts";
import { put } from "../outbox/rows.ts";
import { askForCharge, CHARGES } from "../payments/charges.ts";
import { serviceFacts } from "./facts.ts";
import type { ServiceFacts } from "./facts.ts";
import { isCharged, previewOf, servicePlan, taskStep } from "./plan.ts";
import type { ServicePlan } from "./plan.ts";

interface Body {
  readonly location: string;
  readonly change: ServiceChange;
  readonly seen: string;
  readonly reason?: string | undefined;
}

interface Plan {
  readonly kind: ServiceChange["kind"];
  readonly location: string;
  readonly order: string | null;
  readonly about: string;
  readonly addressee: Addressee;
  readonly label: Bilingual | null;
  readonly total_cents: number;
  readonly charged: boolean;
}

const WRITES: Readonly<Record<ServiceChange["kind"], readonly string[]>> = {
  suspension: ["Service Location", "Service Subscription"],
  resumption: ["Service Location", "Service Subscription"],
  plan: ["Service Subscription"],
  tv_box: ["Service Equipment", "Dispatch Job"],
};

export async function services(root: FastifyInstance): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>();

  async function moneySteps(facts: ServiceFacts, { adjustment }: ServicePlan): Promise<Step[]> {
    if (adjustment.net_cents === 0) return [];
    const settings = await invoiceSettings(root);
    const language = facts.order?.language ?? (facts.customer["preferred_language"] === "en" ? "en" : "fr");
    const order_id = facts.order?.id ?? null;
    if (adjustment.net_cents < 0) return creditSteps({ adjustment, against: facts.last_invoice, customer: facts.customer.name, order_id, language }, settings);
    const invoice = { ...adjustment, billed_until: null };
    return invoiceSteps({ order_id: order_id ?? "", customer: facts.customer.name, project: facts.order?.documents["project"] ?? null, language, invoice }, settings);
  }

  const works = new Map(
    (["suspension", "resumption", "plan", "tv_box"] as const).map((kind) => {
      const work: CallWork<Body, Plan> = {
        kind,
        async decide({ body, present }: Asked<Body>) {
          const facts = await serviceFacts(root, body.location);
          const decided = servicePlan(facts, body.change, localDate(new Date()));
          const seen = previewOf(facts, decided);
          if (present && seen.seen !== body.seen) throw new Refusal("call_changed", { details: { now: seen } });
          const steps = [...decided.steps, ...(decided.olt_task === null ? [] : [taskStep(facts, decided.olt_task)]), ...(await moneySteps(facts, decided))];
          return {
            steps,
            plan: {
              kind,
              location: body.location,
              order: facts.order?.id ?? null,
              about: facts.order?.id ?? body.location,
              addressee: addresseeOf(facts.customer),
              label: decided.label,
              total_cents: decided.adjustment.total_cents,
              charged: decided.adjustment.net_cents > 0 && isCharged(facts),
            },
          };
        },
        async settle(client, { id }, plan, { documents }) {
          const made = (as: string): string | undefined => documents.find((each) => each.as === as)?.name;
          const [invoice, credit] = [made("invoice"), made("credit")];
          // What its devices are to be told is read again, and they are called.
          await dropPlaces(client, [plan.location]);
          await wishCalls(root, client, [{ service_location: plan.location }]);
          if (invoice !== undefined && plan.charged && plan.order !== null) {
            const { rows } = await client.query<{ job: string }>("select job from activation where order_id = $1", [plan.order]);
            await askForCharge(root, client, { invoice, order_id: plan.order, job: rows[0]?.job ?? "" });
          }
          const { addressee, about, kind: what, label, total_cents } = plan;
          for (const message of serviceMessages(root, addressee, { call: id, about, kind: what, label, total_cents })) await put(root, client, message);
          const found = { invoice, credit, task: made("task"), device: made("device"), job: made("job"), subscription: made("subscription") };
          return Object.fromEntries(Object.entries(found).filter((each): each is [string, string] => each[1] !== undefined));
        },
        wakes: [CHARGES, CALL_DEVICE],
      };
      return [kind, root.calls.add(work)] as const;
    }),
  );

  app.post(
    "/api/calls/services/preview",
    {
      config: { access: "agent" },
      schema: {
        tags: ["calls"],
        summary: "What a change of service would do today",
        description: "Suspended, taken up again, another plan, one more TV box: what is billed or given back, by the day. 409 `service_not_active`; 422 for a plan that cannot be had there.",
        body: serviceChangeAsked,
        response: { 200: serviceChangePreview, 403: problem, 404: problem, 409: problem, 422: problem, 503: problem },
      },
    },
    async (request) => {
      const { location, change } = request.body;
      await requireRights(root, request, { doctype: "Service Location", name: location, writes: WRITES[change.kind] });
      try {
        const facts = await serviceFacts(root, location);
        return previewOf(facts, servicePlan(facts, change, localDate(new Date())));
      } catch (error) {
        if (error instanceof ErpnextUnavailable) throw new Refusal("erpnext_unavailable", {}, error);
        throw error;
      }
    },
  );

  app.post(
    "/api/calls/services",
    {
      config: { access: "agent" },
      schema: {
        tags: ["calls"],
        summary: "Changes a service",
        description:
          "In one unit of work, with its invoice or credit note and what support is asked at the OLT; then the devices of the place are called, the card on file is charged and the customer " +
          "is told. `seen` is the preview's: 409 `call_changed` with what it would be `now`.",
        body: serviceChangeRequest,
        response: { 200: callAnswer, 403: problem, 404: problem, 409: problem, 422: problem, 503: problem },
      },
    },
    async (request) => {
      const { id, ...body } = request.body;
      await requireRights(root, request, { doctype: "Service Location", name: body.location, writes: WRITES[body.change.kind] });
      const take = works.get(body.change.kind);
      if (!take) throw new Error(`no work for ${body.change.kind}`);
      return take({ id, asked_by: request.staff?.user ?? "", body });
    },
  );
}
