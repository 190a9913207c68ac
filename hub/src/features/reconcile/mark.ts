/** The mark that PostgreSQL and ERPNext both hold: `number@time#random`. Pure. */
import { randomBytes } from "node:crypto";

/** Which database is the older one. */
export type Side = "postgresql" | "erpnext" | "both";

export interface Mark {
  readonly number: number;
  readonly at: Date;
}

const FORM = /^(\d{1,15})@([^#]+)#\S+$/;

export function readMark(text: string | null): Mark | null {
  const [, number, time] = FORM.exec(text ?? "") ?? [];
  const at = new Date(time ?? "");
  return number === undefined || Number.isNaN(at.getTime()) ? null : { number: Number(number), at };
}

export const numberOf = (text: string | null): number => readMark(text)?.number ?? 0;

export function drawMark(number: number, at: Date): string {
  return `${number}@${at.toISOString()}#${randomBytes(9).toString("base64url")}`;
}

export interface OurMark {
  readonly mark: string | null;
  readonly next: string | null;
}

/**
 * Which side was restored, when ERPNext holds `theirs`; null when none was. ERPNext is told only what was committed here as `next`, and `next`
 * changes only once it has become `mark`: so whatever else it holds comes from another time.
 */
export function restoredSide({ mark, next }: OurMark, theirs: string | null): Side | null {
  if (theirs === mark || (theirs !== null && theirs === next)) return null;
  if (theirs === null) return "erpnext";
  if (mark === null && next === null) return "postgresql";
  const [ours, its] = [numberOf(mark), numberOf(theirs)];
  if (its < ours) return "erpnext";
  if (its > ours + 1) return "postgresql";
  // The same number drawn twice: PostgreSQL went back by less than the time between two meetings.
  return its === ours + 1 ? "postgresql" : "both";
}

/** Two findings about the same restore. */
export function combined(one: Side | null, other: Side | null): Side | null {
  if (one === null || other === null) return one ?? other;
  return one === other ? one : "both";
}
