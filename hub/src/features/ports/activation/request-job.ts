/**
 * An ONT that is known by its serial and not active yet has to be let in at its OLT: once for a serial and a port, support is asked by the
 * project's task, with what to type. Whoever entered the serial, on a phone or in Desk.
 */
import type { FastifyInstance } from "fastify";
import { localDate } from "@gigafibre/contracts/dates";
import type { PortActivation } from "@gigafibre/contracts/devices";
import type { Step } from "@gigafibre/contracts/unit-of-work";
import { textOf } from "../../../erpnext-document.ts";
import { transaction } from "../../../plugins/database.ts";
import type { ErpnextDocument } from "../../../plugins/erpnext.ts";
import { raise } from "../../issues/raise.ts";
import { escapeHtml } from "../../messages/escape-html.ts";
import { oltTask } from "../../orders/tasks.ts";
import type { OltDriver, Port } from "./driver.ts";
import { noteRequest, noteTask, requestsOf } from "./repository.ts";
import type { Requested } from "./repository.ts";
import { gponOf, portOf } from "./request.ts";

/** Subjects are places. */
export const PORT_ACTIVATIONS = "port-activations";

export async function portActivationJob(app: FastifyInstance, driver: OltDriver): Promise<void> {
  await app.workers.add({
    queue: PORT_ACTIVATIONS,
    concurrency: 2,
    retrySeconds: 1,
    maxRetrySeconds: 30,
    work: (location) => look(app, driver, location),
    unfinished: () => Promise.resolve([]),
  });
}

export async function lookAtPlace(app: FastifyInstance, location: string): Promise<void> {
  await transaction(app.db, (client) => app.workers.enqueue(client, PORT_ACTIVATIONS, location));
  app.workers.wake(PORT_ACTIVATIONS);
}

async function look(app: FastifyInstance, driver: OltDriver, location: string): Promise<void> {
  const onts = await app.erpnext.list("Service Equipment", {
    fields: ["name", "modified", "serial_number", "gpon_sn", "vlan_internet", "vlan_tv", "vlan_voip"],
    filters: [["service_location", "=", location], ["equipment_type", "=", "ONT"], ["status", "=", "En attente"]],
    order_by: "creation asc",
  });
  const scanned = onts.filter((ont) => gponOf(ont) !== null);
  if (scanned.length === 0) return;
  const [place, job, profiles, known] = await Promise.all([
    app.erpnext.get("Service Location", location),
    visitOf(app, location),
    app.erpnext.list("Service Subscription", {
      fields: ["name", "line_profile"],
      filters: [["service_location", "=", location], ["service_type", "=", "Internet"], ["status", "in", ["Pending", "Active", "Suspended"]]],
      order_by: "creation asc",
    }),
    requestsOf(app.db, { equipment: scanned.map(({ name }) => name) }),
  ]);
  if (!place || !job) return;
  const line_profile = profiles.map((each) => textOf(each, "line_profile")).find(Boolean) ?? "";
  for (const ont of scanned) {
    const port = portOf(ont, place, line_profile);
    if (!("frame" in port)) await tellLacking(app, ont.name, job, place, port);
    else await request(app, driver, { ont, job, port, known: known.find(({ equipment }) => equipment === ont.name) });
  }
}

/** The visit that the ONT is scanned at: the one that is not over, else the latest that was held. */
async function visitOf(app: FastifyInstance, location: string): Promise<ErpnextDocument | undefined> {
  const jobs = await app.erpnext.list("Dispatch Job", {
    fields: ["name", "modified", "status", "project", "assigned_to", "order_id", "service_location"],
    filters: [["service_location", "=", location], ["status", "!=", "Cancelled"]],
    order_by: "creation desc",
  });
  return jobs.find(({ status }) => status !== "Completed") ?? jobs[0];
}

interface Asked {
  readonly ont: ErpnextDocument;
  readonly job: ErpnextDocument;
  readonly port: Port;
  readonly known: Requested | undefined;
}

async function request(app: FastifyInstance, driver: OltDriver, { ont, job, port, known }: Asked): Promise<void> {
  const asked: PortActivation = { ...port, command: driver.command(port) };
  const same = known && JSON.stringify(spoken(known.request)) === JSON.stringify(spoken(asked));
  if (same && (known.state === "done" || known.job === job.name)) return;
  const number = (known?.number ?? 0) + 1;
  const key = `port:${ont.name}:${number}:${asked.gpon_sn}:${asked.frame}/${asked.slot}/${asked.port}:${asked.ontid}`;
  const answer = await app.erpnext.commitOnce(key, async () => ({ key, steps: [await taskStep(app, job, asked)] }));
  const task = answer.documents[0]?.name ?? "";
  await transaction(app.db, (client) =>
    noteRequest(client, {
      equipment: ont.name, location: textOf(job, "service_location"), job: job.name, technician: textOf(job, "assigned_to") || null, task, request: asked, number,
    }),
  );
  // The task may have been completed before it was noted here whose it is.
  if (answer.replayed) await noteStanding(app, task);
  if ((await driver.letIn(asked)) === "by_hand") return;
  await app.erpnext.commitOnce(`${key}:done`, async () => ({ key: `${key}:done`, steps: [doneStep(await app.erpnext.get("Task", task), task)] }));
  await transaction(app.db, (client) => noteTask(client, task, { by: "Hub Service" }));
}

async function noteStanding(app: FastifyInstance, name: string): Promise<void> {
  const task = await app.erpnext.get("Task", name);
  if (textOf(task, "status") === "Completed") await transaction(app.db, (client) => noteTask(client, name, { by: textOf(task, "modified_by") }));
}

const spoken = ({ command: _command, ...port }: PortActivation): unknown[] => Object.entries(port).sort(([one], [other]) => (one < other ? -1 : 1));

/** The project's own task, taken up again where it was done for another serial; one of its own where the visit has none. */
async function taskStep(app: FastifyInstance, job: ErpnextDocument, asked: PortActivation): Promise<Step> {
  const subject = oltTask(asked);
  const values = { subject, status: "Open", description: describe(job, asked) };
  const project = textOf(job, "project");
  const [task] = project
    ? await app.erpnext.list("Task", {
        fields: ["name", "modified", "status"],
        filters: [["project", "=", project], ["subject", "like", `${oltTask(null)}%`], ["status", "!=", "Cancelled"]],
        order_by: "creation asc",
      })
    : [];
  if (task) return { op: "update", doctype: "Task", name: task.name, values, expect: { modified: task.modified } };
  return { op: "insert", doctype: "Task", values: { ...values, team: "support", ...(project ? { project } : {}) } };
}

/** Completes a task that stands; one that is completed already stays as it is. */
export const doneStep = (task: ErpnextDocument | null, name: string): Step => ({
  op: "update", doctype: "Task", name, values: { status: "Completed", completed_on: localDate(new Date()) }, expect: { status: textOf(task, "status") },
});

function describe(job: ErpnextDocument, asked: PortActivation): string {
  const line = (label: string, value: string | number | null): string => (value === null || value === "" ? "" : `<li>${label}: ${escapeHtml(String(value))}</li>`);
  return [
    `<p>Visite ${escapeHtml(job.name)}. Complétez cette tâche une fois l'ONT admis: le technicien le voit aussitôt.</p><ul>`,
    line("OLT", [asked.olt_name, asked.olt_ip].filter(Boolean).join(" ")),
    line("Port", `${asked.frame}/${asked.slot}/${asked.port}, ONT ${asked.ontid}`),
    line("GPON SN", `${asked.gpon_sn} (${asked.gpon_sn_hex})`),
    line("Line profile", asked.line_profile),
    line("VLAN Internet", asked.vlan_internet),
    line("VLAN TV", asked.vlan_tv),
    line("VLAN VoIP", asked.vlan_voip),
    `</ul><pre>${escapeHtml(asked.command)}</pre>`,
  ].join("");
}

async function tellLacking(app: FastifyInstance, ont: string, job: ErpnextDocument, place: ErpnextDocument, lacking: readonly string[]): Promise<void> {
  const order_id = textOf(job, "order_id");
  await raise(app, `port:${ont}:lacking:${lacking.join(",")}`, {
    subject: `Port à préciser ${place.name}`,
    ...(order_id ? { order_id } : {}),
    dispatch_job: job.name,
    service_location: place.name,
    lines: [
      `L'ONT ${ont} est numérisé, mais son lieu ne dit pas où l'admettre: ${lacking.join(", ")}.`,
      "Rien n'a été demandé au soutien. Inscrivez ce qui manque au lieu de service: la demande part alors d'elle-même.",
    ],
  });
}
