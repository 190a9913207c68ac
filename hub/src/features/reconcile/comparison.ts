/** What every part of a reconciliation is given. */
import type { FastifyInstance } from "fastify";
import { TIME_ZONE } from "@gigafibre/contracts/dates";
import { erpnextTime } from "../orders/steps.ts";
import { finding } from "./findings.ts";
import type { Finding, FindingKind } from "./findings.ts";

export class Comparison {
  readonly app: FastifyInstance;
  /** False: nothing is changed, and what would be is told. */
  readonly apply: boolean;
  /** Nothing older is looked at. */
  readonly since: Date;
  /** PostgreSQL may have forgotten what happened: what it calls unsent may have been sent. */
  readonly hubForgot: boolean;
  readonly found: Finding[] = [];

  constructor(parts: { app: FastifyInstance; apply: boolean; since: Date; hubForgot: boolean }) {
    this.app = parts.app;
    this.apply = parts.apply;
    this.since = parts.since;
    this.hubForgot = parts.hubForgot;
  }

  note(kind: FindingKind, subject: string, fact?: string): void {
    this.found.push(finding(kind, subject, fact));
  }

  /** As ERPNext writes times. */
  get sinceLocal(): string {
    return erpnextTime(this.since);
  }

  /** As Stripe does. */
  get sinceSeconds(): number {
    return Math.floor(this.since.getTime() / 1000);
  }
}

/** The instant that ERPNext wrote in the company's own time. In the hour that an autumn night has twice, the later. */
export function instantOf(local: string): Date {
  const asUtc = Date.parse(`${local.slice(0, 19).replace(" ", "T")}Z`);
  if (Number.isNaN(asUtc)) throw new Error(`not a time of ${TIME_ZONE}: ${local}`);
  const shown = Date.parse(`${erpnextTime(new Date(asUtc)).replace(" ", "T")}Z`);
  return new Date(asUtc + (asUtc - shown));
}

export const textOf = (document: Readonly<Record<string, unknown>> | null | undefined, field: string): string => {
  const value = document?.[field];
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
};

export const rowsOf = (document: Readonly<Record<string, unknown>> | null | undefined, field: string): Readonly<Record<string, unknown>>[] => {
  const value = document?.[field];
  return Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
};

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 500);
