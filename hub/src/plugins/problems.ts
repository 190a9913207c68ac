import fp from "fastify-plugin";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { fieldProblemOf, FIELD_REASONS, problemOf } from "@gigafibre/contracts/problems";
import type { FieldProblem, FieldReason, Problem, ReasonName } from "@gigafibre/contracts/problems";
import type { FastifyError } from "fastify";

/** A refusal with a named reason; thrown anywhere, answered as `application/problem+json`. */
export class Refusal extends Error {
  readonly reason: ReasonName;
  readonly more: Pick<Problem, "fields" | "details">;

  constructor(reason: ReasonName, more: Pick<Problem, "fields" | "details"> = {}, cause?: unknown) {
    super(reason, { cause });
    this.name = "Refusal";
    this.reason = reason;
    this.more = more;
  }

  /** A refusal for fields of the request. */
  static ofFields(fields: FieldProblem[]): Refusal {
    return new Refusal("invalid_request", { fields });
  }
}

const PARSER_REASONS: Readonly<Record<string, ReasonName>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "body_too_large",
  FST_ERR_CTP_INVALID_JSON_BODY: "malformed_body",
  FST_ERR_CTP_EMPTY_JSON_BODY: "malformed_body",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "malformed_body",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "malformed_body",
};

/** Turns any error into its problem; what is not meant for the outside stays in the log. */
export function problemFor(error: unknown): Problem {
  if (error instanceof Refusal) return problemOf(error.reason, error.more);
  if (hasZodFastifySchemaValidationErrors(error)) {
    return problemOf("invalid_request", { fields: error.validation.flatMap(fieldProblemsOfIssue) });
  }
  const { code, statusCode } = (error ?? {}) as Partial<FastifyError>;
  const parser = code ? PARSER_REASONS[code] : undefined;
  if (parser) return problemOf(parser);
  if (statusCode === 429) return problemOf("too_many_requests");
  if (statusCode === 404) return problemOf("not_found");
  if (code === "ECONNREFUSED" || code === "57P01" || code === "57P03") return problemOf("temporarily_unavailable");
  return problemOf("internal_error");
}

const isFieldReason = (text: string): text is FieldReason => text in FIELD_REASONS;

interface ValidationIssue {
  readonly instancePath: string;
  readonly keyword: string;
  readonly message?: string;
  readonly params?: Record<string, unknown>;
}

function fieldProblemsOfIssue(issue: ValidationIssue): FieldProblem[] {
  const field = issue.instancePath.replace(/^\//, "").replaceAll("/", ".");
  const message = issue.message ?? "";
  if (isFieldReason(message)) return [fieldProblemOf(field, message)];
  const keys = issue.params?.["keys"];
  if (issue.keyword === "unrecognized_keys" && Array.isArray(keys)) {
    return keys.map((key) => fieldProblemOf([field, String(key)].filter(Boolean).join("."), "unknown_field"));
  }
  if (issue.keyword === "too_big" && issue.params?.["origin"] === "string") return [fieldProblemOf(field, "too_long")];
  if (issue.keyword === "invalid_type" && /received undefined/.test(message)) return [fieldProblemOf(field, "required")];
  return [fieldProblemOf(field, "invalid")];
}

/** Refusals that someone who looks for trouble in the log wants to find. */
const ATTEMPTS: ReadonlySet<string> = new Set<ReasonName>(["sign_in_required", "not_allowed", "cross_site_request", "bad_signature", "too_many_requests"]);

export const problems = fp(
  async (app) => {
    app.setErrorHandler((error, request, reply) => {
      const problem = problemFor(error);
      if (problem.status >= 500) request.log.error({ err: error }, problem.reason);
      else if (ATTEMPTS.has(problem.reason)) request.log.warn({ reason: problem.reason, ip: request.ip, method: request.method }, "refused");
      return reply
        .code(problem.status)
        .type("application/problem+json")
        .send(JSON.stringify({ ...problem, request_id: request.id }));
    });
    app.setNotFoundHandler((request, reply) => {
      const problem = problemOf("not_found", { request_id: request.id });
      return reply.code(problem.status).type("application/problem+json").send(JSON.stringify(problem));
    });
  },
  { name: "problems" },
);
