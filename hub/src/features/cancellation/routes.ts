import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { callAnswer } from "@gigafibre/contracts/calls";
import { cancellationByCustomer, cancellationPreview, cancellationRequest, credit } from "@gigafibre/contracts/cancellation";
import type { Cancelled } from "@gigafibre/contracts/cancellation";
import { fieldProblemOf, problem } from "@gigafibre/contracts/problems";
import { ErpnextUnavailable } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { orderById } from "../orders/repository.ts";
import { isTokenOf } from "../orders/verify.ts";
import { requireRights } from "../calls/rights.ts";
import { cancellation, preview } from "./cancellation.ts";

/** What is written on behalf of whoever cancels for a customer. */
const WRITES = ["Service Location", "Service Subscription", "Dispatch Job"];

const orderParams = z.strictObject({ id: z.string().max(40) });

export async function cancellations(root: FastifyInstance): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const cancel = cancellation(root);

  const orUnavailable = async <T>(asked: Promise<T>): Promise<T> =>
    asked.catch((error: unknown) => {
      if (error instanceof ErpnextUnavailable) throw new Refusal("erpnext_unavailable", {}, error);
      throw error;
    });

  /** @throws Refusal unless the person sees it, and may write what is written */
  async function requireMay(request: Parameters<typeof requireRights>[1], of: Cancelled): Promise<void> {
    const location = "location" in of ? of.location : (await orderById(root.db, of.order))?.documents["location"];
    // An order of which nothing is in ERPNext yet is every agent's.
    if (location !== undefined) await requireRights(root, request, { doctype: "Service Location", name: location, writes: WRITES });
  }

  function requireToken(id: string, authorization: string | undefined): void {
    if (!isTokenOf(root, id, /^Bearer (.+)$/.exec(authorization ?? "")?.[1] ?? "")) throw new Refusal("order_not_found");
  }

  app.get(
    "/api/orders/:id/cancellation",
    {
      config: { access: "order_token" },
      schema: {
        tags: ["orders"],
        summary: "What cancelling an order would do",
        description: "For whoever holds the order's token, until somebody is on the way to install it: 409 `installation_begun` from then on, `already_cancelled`.",
        params: orderParams,
        response: { 200: cancellationPreview, 404: problem, 409: problem, 503: problem },
      },
    },
    async (request, reply) => {
      requireToken(request.params.id, request.headers.authorization);
      void reply.header("cache-control", "no-store");
      return orUnavailable(preview(root, { order: request.params.id }, "all", true));
    },
  );

  app.post(
    "/api/orders/:id/cancellation",
    {
      config: { access: "order_token" },
      schema: {
        tags: ["orders"],
        summary: "Cancels an order, by its customer",
        description:
          "`seen` is that of what they were shown: 409 `call_changed` with what it would be `now` when it is something else by now. The same `id` again does nothing more. " +
          "`under_way` while a card is being asked: it is waited for, and what it pays is given back.",
        params: orderParams,
        body: cancellationByCustomer,
        response: { 200: callAnswer, 404: problem, 409: problem, 503: problem },
      },
    },
    async (request) => {
      const { params, body, headers } = request;
      requireToken(params.id, headers.authorization);
      return cancel({ id: body.id, asked_by: null, body: { of: { order: params.id }, credit: "all", seen: body.seen } });
    },
  );

  app.get(
    "/api/calls/cancellation",
    {
      config: { access: "agent" },
      schema: {
        tags: ["calls"],
        summary: "What cancelling an order or a service would do",
        description: "`order` or `location`. `credit` says what is given back of a service that is installed; an order that is not is undone whole.",
        querystring: z.strictObject({ order: z.string().max(40).optional(), location: z.string().max(140).optional(), credit: credit.default("unused_days") }),
        response: { 200: cancellationPreview, 403: problem, 404: problem, 409: problem, 422: problem, 503: problem },
      },
    },
    async (request) => {
      const { order, location, credit: wanted } = request.query;
      const of = location !== undefined ? { location } : order !== undefined ? { order } : null;
      if (of === null) throw Refusal.ofFields([fieldProblemOf("order", "required")]);
      await requireMay(request, of);
      return orUnavailable(preview(root, of, wanted, false));
    },
  );

  app.post(
    "/api/calls/cancellation",
    {
      config: { access: "agent" },
      schema: {
        tags: ["calls"],
        summary: "Cancels an order or a service",
        description:
          "In one unit of work: visits, place, subscriptions, what was invoiced (unpaid cancelled, paid credited), templates, tasks; then the port is free, the card and the payment link are " +
          "let go, what a card paid is given back, and the customer is told. 409 `call_changed` with what it would be `now`; `payment_unsettled`; `already_cancelled`.",
        body: cancellationRequest,
        response: { 200: callAnswer, 403: problem, 404: problem, 409: problem, 503: problem },
      },
    },
    async (request) => {
      const { id, ...body } = request.body;
      await requireMay(request, body.of);
      return cancel({ id, asked_by: request.staff?.user ?? "", body });
    },
  );
}
