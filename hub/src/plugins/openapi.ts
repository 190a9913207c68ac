import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import fp from "fastify-plugin";
import { jsonSchemaTransform } from "fastify-type-provider-zod";
import { declareScope } from "./access.ts";

/** What each access asks for, as OpenAPI says it. */
const SCHEMES = {
  erpnext_session: { type: "apiKey", in: "cookie", name: "sid", description: "The session of a person signed in to ERPNext." },
  order_token: { type: "http", scheme: "bearer", description: "The token an order was answered with." },
  webhook: { type: "apiKey", in: "header", name: "X-Frappe-Webhook-Signature", description: "A signature over the body; each sender has its own header." },
  acs: { type: "http", scheme: "bearer", description: "ACS_TOKEN." },
  operator: { type: "http", scheme: "bearer", description: "OPERATOR_TOKEN, or none from the machine itself when it is not set." },
} as const;

const SECURITY = {
  public: [],
  staff: [{ erpnext_session: [] }],
  agent: [{ erpnext_session: [] }],
  erpnext_session: [{ erpnext_session: [] }],
  order_token: [{ order_token: [] }],
  webhook: [{ webhook: [] }],
  acs: [{ acs: [] }],
  operator: [{ operator: [] }],
} as const;

/** The description of the hub's own interface: `/docs` for people, `/docs/json` for machines. */
export const openapi = fp(
  async (app) => {
    await app.register(swagger, {
      openapi: {
        openapi: "3.1.0",
        info: { title: "targo-hub", version: "1", description: "From an address to a live fibre service. Refusals are RFC 9457 problems, in French and English." },
        components: { securitySchemes: SCHEMES },
      },
      hideUntagged: true,
      transform: (route) => {
        const access = route.route.config?.access;
        const { schema, url } = jsonSchemaTransform(route);
        return { url, schema: { ...schema, ...(access ? { security: SECURITY[access].map((one) => ({ ...one })) } : {}) } };
      },
    });
    await app.register(async (scope) => {
      declareScope(scope, "public");
      await scope.register(swaggerUi, { routePrefix: "/docs", staticCSP: true, uiConfig: { docExpansion: "list", tryItOutEnabled: false } });
    });
  },
  { name: "openapi", dependencies: ["access"] },
);
