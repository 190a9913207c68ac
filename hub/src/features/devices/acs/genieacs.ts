/**
 * GenieACS by its NBI. A task it does not understand, or a wrong id, ends its worker and leaves the asker hanging; a set that did nothing is
 * answered like one that did. So everything is checked before it is sent, read back after, and what was not done is not left to run some day.
 */
import { z } from "zod";
import type { AcsAnswer, DeviceParameter } from "@gigafibre/contracts/devices";
import { AcsUnavailable, DONE, fileName, notDone, notTaken, parameterPaths, parametersToSet, spellings } from "./driver.ts";
import type { AcsDevice, AcsDriver, AcsReading } from "./driver.ts";

/** A worker that died makes its asker wait for 21 s. */
const WITHIN_MS = 30_000;
/** A device that was called and has not come yet may still come so much later. */
const KEPT_SECONDS = 120;

type Task =
  | { readonly name: "getParameterValues"; readonly parameterNames: readonly string[] }
  | { readonly name: "setParameterValues"; readonly parameterValues: readonly (readonly [string, string, string])[] }
  | { readonly name: "reboot" }
  | { readonly name: "download"; readonly fileType: string; readonly fileName: string };

const taskKept = z.object({ _id: z.string().regex(/^[0-9a-f]{24}$/) });
const deviceId = z.string().regex(/^[A-Za-z0-9_%-]{1,300}$/);
const deviceHeard = z.looseObject({ _id: deviceId, _lastInform: z.iso.datetime().nullish() });
const leaf = z.object({ _value: z.union([z.string(), z.number(), z.boolean()]), _timestamp: z.string().nullish() });
const fault = z.object({ code: z.string(), message: z.string() });

const SOFTWARE_VERSION = "DeviceInfo.SoftwareVersion";
/** As part of a path: what the NBI's own pattern lets pass. */
const escaped = (text: string): string => encodeURIComponent(text).replace(/[!'()*.~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

export function genieacs(nbi: string): AcsDriver {
  const base = nbi.replace(/\/$/, "");

  async function ask(method: "GET" | "POST" | "DELETE", path: string, body?: object): Promise<{ status: number; said: string; text: string }> {
    try {
      const answer = await fetch(base + path, { method, signal: AbortSignal.timeout(WITHIN_MS), ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      return { status: answer.status, said: answer.statusText, text: await answer.text() };
    } catch (error) {
      throw new AcsUnavailable(`${method} ${path}: no answer`, { cause: error });
    }
  }

  async function listed<T>(collection: string, row: z.ZodType<T>, query: object, projection?: readonly string[]): Promise<T[]> {
    const search = new URLSearchParams({ query: JSON.stringify(query), ...(projection ? { projection: projection.join(",") } : {}) });
    const { status, text } = await ask("GET", `/${collection}/?${search.toString()}`);
    if (status !== 200) throw new AcsUnavailable(`${collection}: ${status}`);
    return z.array(row).parse(JSON.parse(text));
  }

  /** The one heard last, should two makers have given the same serial. */
  async function heard(serial: string, paths: readonly string[]): Promise<z.infer<typeof deviceHeard> | undefined> {
    const found = await listed("devices", deviceHeard, { "_deviceId._SerialNumber": { $in: spellings(serial) } }, ["_id", "_lastInform", ...paths]);
    return found.sort((one, other) => (other._lastInform ?? "").localeCompare(one._lastInform ?? ""))[0];
  }

  /** Has a device do something now. `uniqueKey` puts it in the place of an earlier one that still waits. */
  async function perform(id: string, task: Task): Promise<AcsAnswer> {
    const { status, said, text } = await ask("POST", `/devices/${escaped(id)}/tasks?connection_request`, { ...task, uniqueKey: task.name, expiry: KEPT_SECONDS });
    if (status === 404) return notDone("never_heard");
    if (status === 200) return DONE;
    if (status !== 202) throw new AcsUnavailable(`${task.name}: ${status} ${said}`);
    const { _id } = taskKept.parse(JSON.parse(text));
    if (said === "Task queued but not processed") return notDone("no_session");
    if (said !== "Task faulted") {
      await ask("DELETE", `/tasks/${_id}`);
      return notDone("no_answer", said);
    }
    const channel = `${id}:task_${_id}`;
    const [why] = await listed("faults", fault, { _id: channel });
    // With its task. Left alone it would block, and be tried again at some later inform.
    await ask("DELETE", `/faults/${escaped(channel)}`);
    return notDone("refused_by_device", why && `${why.code}: ${why.message}`);
  }

  async function onDevice(serial: string, task: Task): Promise<AcsAnswer> {
    const device = await heard(serial, []);
    return device ? perform(device._id, task) : notDone("never_heard");
  }

  async function read(serial: string, paths: readonly string[]): Promise<AcsReading> {
    const parameterNames = parameterPaths.parse(paths);
    const answer = await onDevice(serial, { name: "getParameterValues", parameterNames });
    // The answer holds no values: they are in its document afterwards.
    const device = await heard(serial, paths);
    const values = paths.flatMap((path): [string, { value: string; at: Date | null }][] => {
      const found = leaf.safeParse(at(device, path)).data;
      return found ? [[path, { value: String(found._value), at: found._timestamp ? new Date(found._timestamp) : null }]] : [];
    });
    return { ...answer, values: Object.fromEntries(values) };
  }

  return {
    devicesAsk: true,
    async find(serial): Promise<AcsDevice | null> {
      const device = await heard(serial, [`Device.${SOFTWARE_VERSION}`, `InternetGatewayDevice.${SOFTWARE_VERSION}`]);
      if (!device) return null;
      const model = "Device" in device ? "tr181" : "InternetGatewayDevice" in device ? "tr098" : null;
      const version = leaf.safeParse(at(device, `${model === "tr181" ? "Device" : "InternetGatewayDevice"}.${SOFTWARE_VERSION}`)).data;
      return { id: device._id, model, last_inform: device._lastInform ? new Date(device._lastInform) : null, firmware: version ? String(version._value) : null };
    },
    read,
    async set(serial, parameters: readonly DeviceParameter[]) {
      const given = parametersToSet.parse(parameters);
      const answer = await onDevice(serial, { name: "setParameterValues", parameterValues: given.map(({ path, value, type }) => [path, value, type]) });
      if (answer.outcome !== "done") return answer;
      const { values, ...reading } = await read(serial, given.map(({ path }) => path));
      if (reading.outcome !== "done") return reading;
      const wrong = notTaken(given, values);
      return wrong.length === 0 ? DONE : notDone("not_taken", wrong.join(", "));
    },
    reboot: (serial) => onDevice(serial, { name: "reboot" }),
    download: async (serial, file) => onDevice(serial, { name: "download", fileType: "1 Firmware Upgrade Image", fileName: fileName.parse(file) }),
    async connectionRequest(serial) {
      const device = await heard(serial, []);
      if (!device) return notDone("never_heard");
      const { status, said, text } = await ask("POST", `/devices/${escaped(device._id)}/tasks?connection_request`);
      if (status === 200) return DONE;
      if (status === 504) return notDone("no_answer", text || said);
      if (status === 404) return notDone("never_heard");
      throw new AcsUnavailable(`connection request: ${status} ${said}`);
    },
  };
}

const isTree = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

const at = (tree: unknown, path: string): unknown => path.split(".").reduce<unknown>((node, name) => (isTree(node) ? node[name] : undefined), tree);
