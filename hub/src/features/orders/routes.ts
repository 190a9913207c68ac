import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { checkout, emailAddress, orderAccepted, orderState, orderStatus, phoneNumber } from "@gigafibre/contracts/orders";
import { problem } from "@gigafibre/contracts/problems";
import { orderWork } from "@gigafibre/contracts/queues";
import { reached } from "../../moments.ts";
import { ErpnextUnavailable } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { requireCheckoutKey } from "../payments/routes.ts";
import { attentionJob } from "./attention-job.ts";
import { candidates } from "./candidates.ts";
import { createDocumentsJob } from "./create-job.ts";
import { duplicatesJob } from "./duplicates-job.ts";
import { followDesk } from "./follow.ts";
import { acceptOrder } from "./intake.ts";
import { retryOrder } from "./retry.ts";
import { statusFor } from "./status.ts";
import { workOf } from "./to-settle.ts";

const orderParams = z.strictObject({ id: z.string().max(40) });

export async function orders(root: FastifyInstance): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>();
  await createDocumentsJob(root);
  await attentionJob(root);
  await duplicatesJob(root);
  followDesk(root);

  app.post(
    "/api/checkout",
    {
      config: { access: "public" },
      schema: {
        tags: ["orders"],
        summary: "Places an order",
        description:
          "Accepts the order in one local transaction and answers 202, whether or not ERPNext is up. `Idempotency-Key` (16 to 128 letters, digits, `_`, `-`) " +
          "is required: the same key and body get the same order and its present state; the same key with another body is 409 " +
          "`idempotency_key_reused`. Every other refusal keeps nothing and leaves the key free. `invoice_later`, `discount` and " +
          "`customer.existing` need an agent's session. `X-Order-Token` with the token of an order of one's own lets the refusal " +
          "`already_ordered` name it.",
        body: checkout,
        response: { 202: orderAccepted, 401: problem, 404: problem, 409: problem, 422: problem, 503: problem },
      },
      onResponse: async (request, reply) => {
        if (reply.statusCode === 202) reached("order.answered", String(request.headers["idempotency-key"]));
      },
    },
    async (request, reply) => reply.code(202).send(await acceptOrder(root, request, requireCheckoutKey(request.headers), request.body)),
  );

  app.get(
    "/api/orders/:id",
    {
      config: { access: "order_token" },
      schema: {
        tags: ["orders"],
        summary: "Follows an order",
        description: "`Authorization: Bearer {token}`, the token of the order's own answer. Anything else is 404 `order_not_found`.",
        params: orderParams,
        response: { 200: orderStatus, 404: problem },
      },
    },
    async (request, reply) => {
      void reply.header("cache-control", "no-store");
      return statusFor(root, request.params.id, request.headers.authorization);
    },
  );

  app.post(
    "/api/orders/:id/retry",
    {
      config: { access: "agent" },
      schema: {
        tags: ["orders"],
        summary: "Tries an order again that needed attention",
        description: "Asks ERPNext first whether the attempt that was refused landed after all. One that waits for its proof is looked at again; any other is left as it is.",
        params: orderParams,
        response: { 200: z.object({ order_id: z.string(), state: orderState, attempt: z.int() }), 404: problem, 503: problem },
      },
    },
    async (request) => {
      const { id, state, attempt } = await retryOrder(root, request.params.id);
      return { order_id: id, state, attempt };
    },
  );

  app.get(
    "/api/orders/:id/work",
    {
      config: { access: "agent" },
      schema: {
        tags: ["orders"],
        summary: "What an order writes in ERPNext",
        description: "The steps of its unit of work as they were frozen, passwords starred.",
        params: orderParams,
        response: { 200: orderWork, 404: problem },
      },
    },
    async (request, reply) => reply.header("cache-control", "no-store").send(await workOf(root, request.params.id)),
  );

  app.get(
    "/api/customers/candidates",
    {
      config: { access: "agent" },
      schema: {
        tags: ["orders"],
        summary: "Customers who may be the caller",
        description: "Up to 20 customers with the same e-mail, the same phone or a name like it; those that share most come first.",
        querystring: z.strictObject({
          name: z.string().trim().min(2).max(140).optional(),
          email: emailAddress.optional(),
          phone: phoneNumber.optional(),
        }),
        response: {
          200: z.object({
            candidates: z.array(
              z.object({
                name: z.string(),
                customer_name: z.string(),
                email: z.string().nullable(),
                phone: z.string().nullable(),
                address: z.string().nullable(),
                same: z.array(z.enum(["email", "phone", "name"])),
              }),
            ),
          }),
          503: problem,
        },
      },
    },
    async (request) => {
      try {
        const cookie = `sid=${encodeURIComponent(request.cookies["sid"] ?? "")}`;
        return { candidates: await candidates(root, request.query, { cookie }) };
      } catch (error) {
        if (error instanceof ErpnextUnavailable) throw new Refusal("erpnext_unavailable", {}, error);
        throw error;
      }
    },
  );
}
