/** One change to many documents: each by its own write with its `modified`, so that one that is refused holds back no other. */
import { z } from "zod";
import { erpnext } from "../../hub-request.ts";
import { Refusal } from "../../refusal.ts";
import type { Row } from "./rows.ts";

const AT_ONCE = 4;

export interface Refused {
  readonly name: string;
  readonly refusal: Refusal;
}

const stands = z.looseObject({ modified: z.string() });

/**
 * @param told how many were tried
 * @returns those that were refused
 */
export async function writeMany(doctype: string, rows: readonly Pick<Row, "name" | "modified">[], values: Readonly<Record<string, unknown>>, told: (done: number) => void, write = writeOne): Promise<Refused[]> {
  const refused: Refused[] = [];
  const waiting = [...rows];
  let done = 0;
  async function worker(): Promise<void> {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
      const { name } = row;
      await write(doctype, row, values).catch((error: unknown) => {
        if (!(error instanceof Refusal)) throw error;
        refused.push({ name, refusal: error });
      });
      told(++done);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return refused;
}

async function writeOne(doctype: string, { name, modified }: Pick<Row, "name" | "modified">, values: Readonly<Record<string, unknown>>): Promise<void> {
  stands.parse(await erpnext(({ db }) => db.updateDoc(doctype, name, { ...values, modified })));
}
