/** What is told once ERPNext holds an action. */
import type { FastifyInstance } from "fastify";
import { TIME_ZONE } from "@gigafibre/contracts/dates";
import type { Language } from "@gigafibre/contracts/language";
import type { VisitAction } from "@gigafibre/contracts/visits";
import { textOf } from "../../erpnext-document.ts";
import type { ErpnextDocument } from "../../plugins/erpnext.ts";
import { setOutKey, tokenFor } from "../follow/repository.ts";
import type { Departure, News, Place } from "../follow/repository.ts";
import { reachOf } from "../messages/reach.ts";
import { toGsm7 } from "../messages/sms-text.ts";
import type { Message } from "../outbox/rows.ts";
import { ageOf } from "./age.ts";

/** A technician who left longer ago may be there already. */
const WORTH_TELLING_MS = 15 * 60_000;

/** What was done this long ago was done without a network: what the phone did since follows at once, and may say that they have arrived. */
const BY_NOW_MS = 60_000;
const REST_FOLLOWS_SECONDS = 20;

/** What the customer is told, and the link that follows the technician from then on. */
export interface SetOut {
  readonly message: (news: News) => Message;
  readonly departure: Departure;
  /** The message waits so long for what may make it untrue. */
  readonly afterSeconds: number;
}

/** Null where nothing is to be told, or where it would come late or be untrue. @throws ErpnextUnavailable */
export async function setOutOf(app: FastifyInstance, action: VisitAction): Promise<SetOut | null> {
  if (action.action.kind !== "set_out") return null;
  const now = Date.now();
  const age = ageOf(action);
  if (age === null || age > WORTH_TELLING_MS) return null;
  const { arrives_at } = action.action;
  // By our clock: the phone's own may be wrong, and is wrong in both times alike.
  const arrives = arrives_at === null ? null : new Date(now + Date.parse(arrives_at) - Date.parse(action.sent_at));
  if (arrives !== null && arrives.getTime() < now) return null;
  const job = await app.erpnext.get("Dispatch Job", action.job);
  const { customer, phone, language } = await reachOf(app, job);
  if (textOf(job, "status") !== "En Route" || phone === null) return null;
  const who = { job: action.job, technician: textOf(job, "assigned_to"), arrives_at: arrives };
  const token = tokenFor(app.vault, who);
  const [place, technician] = await Promise.all([app.erpnext.get("Service Location", textOf(job, "service_location")), technicianOf(app, who.technician)]);
  return {
    message: (news) => ({
      key: setOutKey(who, news),
      subject: textOf(job, "order_id") || action.job,
      ...(customer === "" ? {} : { customer }),
      not_after: new Date(now - age + WORTH_TELLING_MS),
      kind: "sms",
      payload: { to: phone, body: setOutSms(action.job, language, { arrives, news }, followUrl(app.config.PUBLIC_URL, language, token)) },
    }),
    afterSeconds: age > BY_NOW_MS ? REST_FOLLOWS_SECONDS : 0,
    departure: { ...who, token, traccar_device: textOf(technician, "traccar_device_id") || null, destination: pointOf(place), position: action.action.position },
  };
}

async function technicianOf(app: FastifyInstance, user: string): Promise<ErpnextDocument | null> {
  const [found] = await app.erpnext.list("Technician", { fields: ["name", "modified", "traccar_device_id"], filters: [["user", "=", user]], limit: 1 });
  return found ?? null;
}

function pointOf(place: ErpnextDocument | null): Place | null {
  const [latitude, longitude] = [Number(place?.["latitude"] ?? 0), Number(place?.["longitude"] ?? 0)];
  // ERPNext keeps an empty number as 0.
  return latitude !== 0 && longitude !== 0 ? { latitude, longitude } : null;
}

const followUrl = (publicUrl: string, language: Language, token: string): string => `${publicUrl.replace(/\/$/, "")}${language === "fr" ? "/suivi" : "/en/follow"}/${token}`;

const SET_OUT = {
  fr: { on_the_way: (time: string) => `Technicien en route!${time ? ` Arrivée prévue vers ${time}.` : ""} Suivez-le`, arrives_otherwise: (time: string) => `Nouvelle heure d'arrivée: vers ${time}. Suivez votre technicien` },
  en: { on_the_way: (time: string) => `Your technician is on the way!${time ? ` Expected around ${time}.` : ""} Follow`, arrives_otherwise: (time: string) => `New arrival time: around ${time}. Follow your technician` },
} as const satisfies Record<Language, Record<News, (time: string) => string>>;

/** It ends with the job's number: that is how a message already sent is recognised. */
export function setOutSms(job: string, language: Language, { arrives, news }: { readonly arrives: Date | null; readonly news: News }, url: string): string {
  const time = arrives === null ? "" : new Intl.DateTimeFormat(language === "fr" ? "fr-CA" : "en-CA", { timeZone: TIME_ZONE, hour: "numeric", minute: "2-digit" }).format(arrives);
  return toGsm7(`${SET_OUT[language][news](time)}: ${url} Gigafibre, ${job}`);
}
