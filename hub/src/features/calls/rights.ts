/** What a person may have done on their behalf: what ERPNext lets them do themselves. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { asPerson, ErpnextUnavailable } from "../../plugins/erpnext.ts";
import type { Row } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";

export interface Needed {
  readonly doctype: string;
  readonly name: string;
  /** Fields of it to be read as the person. */
  readonly fields?: readonly string[];
  /** DocTypes that are written on their behalf. */
  readonly writes: readonly string[];
}

/** @throws Refusal `not_found` for what they do not see, `not_allowed` for what they may not write, `erpnext_unavailable` */
export async function requireRights(app: FastifyInstance, request: FastifyRequest, { doctype, name, fields = ["name"], writes }: Needed): Promise<Row> {
  try {
    const { lists, rights } = await app.erpnext.lists([{ as: "it", doctype, fields, filters: [["name", "=", name]] }], asPerson(request), writes);
    const [it] = lists["it"] ?? [];
    if (!it) throw new Refusal("not_found");
    if (writes.some((each) => !rights[each]?.write)) throw new Refusal("not_allowed");
    return it;
  } catch (error) {
    if (error instanceof ErpnextUnavailable) throw new Refusal("erpnext_unavailable", {}, error);
    throw error;
  }
}
