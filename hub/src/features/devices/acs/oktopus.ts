/**
 * Oktopus by its REST, for USP devices. It matches a device's answers by the device and not by the question: two questions at once get each
 * other's answers. So a device is asked one thing at a time by this hub, and what is busy all the same is said to be.
 */
import { z } from "zod";
import type { AcsAnswer, DeviceParameter } from "@gigafibre/contracts/devices";
import { AcsUnavailable, DONE, fileName, notDone, notTaken, parameterPaths, parametersToSet, spellings } from "./driver.ts";
import type { AcsDevice, AcsDriver, AcsReading } from "./driver.ts";

/** It waits ten seconds for a device itself. */
const WITHIN_MS = 15_000;
const ONLINE = 2;

export interface OktopusOptions {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Where devices fetch firmware. */
  readonly firmwareUrl: string | undefined;
  /** The id by which it knows a device, where that was heard: an agent's need not be its serial. */
  readonly endpointOf?: (serial: string) => Promise<string | null>;
}

const device = z.looseObject({ SN: z.string(), Status: z.number(), Version: z.string().nullish() });
type Device = z.infer<typeof device>;
const got = z.object({
  req_path_results: z.array(
    z.object({ resolved_path_results: z.array(z.object({ resolved_path: z.string(), result_params: z.record(z.string(), z.string()).nullish() })).nullish() }),
  ),
});
/** What stands in such a place may be written over. */
const FREE = new Set(["Available", "ValidationFailed"]);

/** What the device was asked, and did not do. */
type Answered = { readonly answer: unknown } | { readonly failed: AcsAnswer };

export function oktopus({ url, user, password, firmwareUrl, endpointOf = async () => null }: OktopusOptions): AcsDriver {
  const base = url.replace(/\/$/, "");
  let token: string | undefined;
  const turns = new Map<string, Promise<unknown>>();

  async function send(method: string, path: string, authorization: string | undefined, body?: object): Promise<{ status: number; body: unknown }> {
    let status: number;
    let text: string;
    try {
      // The token goes as it is, without "Bearer".
      const headers = { ...(body ? { "content-type": "application/json" } : {}), ...(authorization === undefined ? {} : { authorization }) };
      const answer = await fetch(base + path, { method, headers, signal: AbortSignal.timeout(WITHIN_MS), ...(body ? { body: JSON.stringify(body) } : {}) });
      [status, text] = [answer.status, await answer.text()];
    } catch (error) {
      throw new AcsUnavailable(`${method} ${path}: no answer`, { cause: error });
    }
    return { status, body: parsed(text) };
  }

  async function signIn(): Promise<string> {
    const { status, body } = await send("PUT", "/api/auth/login", undefined, { email: user, password });
    if (status !== 200 || typeof body !== "string") throw new AcsUnavailable(`sign-in: ${status}`);
    return body;
  }

  /** A token lasts a day: one that is refused is replaced, once. */
  async function ask(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> {
    for (let again = false; ; again = true) {
      token ??= await signIn();
      const answer = await send(method, path, token, body);
      if (answer.status !== 401 || again) return answer;
      token = undefined;
    }
  }

  async function known(serial: string): Promise<Device | null> {
    const endpoint = await endpointOf(serial);
    // An agent that was given another id since is known by its serial, or is heard by the new one first.
    for (const id of new Set([...(endpoint === null ? [] : [endpoint]), ...spellings(serial)])) {
      const { status, body } = await ask("GET", `/api/device?id=${encodeURIComponent(id)}`);
      if (status === 404) continue;
      const found = device.safeParse(body);
      if (status !== 200 || !found.success) throw new AcsUnavailable(`device: ${status}`);
      if (found.data.SN !== "") return found.data;
    }
    return null;
  }

  /** Waits for its turn with the device. */
  async function inTurn<T>(id: string, body: () => Promise<T>): Promise<T> {
    const before = turns.get(id) ?? Promise.resolve();
    const mine = before.then(body, body);
    const settled = mine.then(
      () => undefined,
      () => undefined,
    );
    turns.set(id, settled);
    try {
      return await mine;
    } finally {
      if (turns.get(id) === settled) turns.delete(id);
    }
  }

  async function askDevice(serial: string, operation: "get" | "set" | "operate", body: object): Promise<Answered> {
    const found = await known(serial);
    if (!found) return { failed: notDone("never_heard") };
    if (found.Status !== ONLINE) return { failed: notDone("no_answer") };
    const answer = await inTurn(found.SN, () => ask("PUT", `/api/device/${encodeURIComponent(found.SN)}/any/${operation}`, body));
    if (answer.status === 200) {
      // Of what is read, what is not there is left out.
      const failure = operation === "get" ? undefined : failureIn(answer.body);
      return failure === undefined ? { answer: answer.body } : { failed: notDone("refused_by_device", failure) };
    }
    if (answer.status === 409) return { failed: notDone("busy") };
    if (answer.status === 404) return { failed: notDone("never_heard") };
    if (answer.status === 503 || answer.status === 504) return { failed: notDone("no_answer", typeof answer.body === "string" ? answer.body : undefined) };
    throw new AcsUnavailable(`${operation}: ${answer.status}`);
  }

  async function read(serial: string, paths: readonly string[]): Promise<AcsReading> {
    const asked = await askDevice(serial, "get", { param_paths: parameterPaths.parse(paths), max_depth: 1 });
    // It keeps nothing of what a device has said.
    if ("failed" in asked) return { ...asked.failed, values: {} };
    const now = new Date();
    // Another question's answer may have come in the place of ours.
    const values = valuesIn(asked.answer).filter(([path]) => paths.includes(path));
    return { ...DONE, values: Object.fromEntries(values.map(([path, value]) => [path, { value, at: now }])) };
  }

  async function operate(serial: string, command: string, input_args: Record<string, string> = {}): Promise<AcsAnswer> {
    const asked = await askDevice(serial, "operate", { command, command_key: "gigafibre", send_resp: true, input_args });
    return "failed" in asked ? asked.failed : DONE;
  }

  return {
    devicesAsk: false,
    async find(serial): Promise<AcsDevice | null> {
      const found = await known(serial);
      return found && { id: found.SN, model: "tr181", last_inform: null, firmware: found.Version ?? null };
    },
    read,
    async set(serial, parameters: readonly DeviceParameter[]) {
      const given = parametersToSet.parse(parameters);
      const objects = new Map<string, object[]>();
      for (const { path, value } of given) {
        const end = path.lastIndexOf(".") + 1;
        const settings = objects.get(path.slice(0, end)) ?? [];
        objects.set(path.slice(0, end), [...settings, { param: path.slice(end), value, required: true }]);
      }
      const update_objs = [...objects].map(([obj_path, param_settings]) => ({ obj_path, param_settings }));
      const asked = await askDevice(serial, "set", { allow_partial: false, update_objs });
      if ("failed" in asked) return asked.failed;
      const { values, ...reading } = await read(serial, given.map(({ path }) => path));
      if (reading.outcome !== "done") return reading;
      const wrong = notTaken(given, values);
      return wrong.length === 0 ? DONE : notDone("not_taken", wrong.join(", "));
    },
    reboot: (serial) => operate(serial, "Device.Reboot()"),
    async download(serial, file) {
      const name = fileName.parse(file);
      if (firmwareUrl === undefined) throw new Error("ACS_FIRMWARE_URL is not set: a device behind Oktopus cannot be told where its firmware is");
      const images = await askDevice(serial, "get", { param_paths: ["Device.DeviceInfo.FirmwareImage.*.Status"], max_depth: 1 });
      if ("failed" in images) return images.failed;
      const image = valuesIn(images.answer).find(([, value]) => FREE.has(value))?.[0].replace(/\.Status$/, "");
      if (image === undefined) return notDone("refused_by_device", "it has no free place for a firmware");
      return operate(serial, `${image}.Download()`, { URL: `${firmwareUrl.replace(/\/$/, "")}/${encodeURIComponent(name)}`, AutoActivate: "true" });
    },
    /** Its devices keep a line open: one that answers has been called. */
    async connectionRequest(serial) {
      const { values: _, ...answer } = await read(serial, ["Device.DeviceInfo.UpTime"]);
      return answer;
    },
  };
}

function valuesIn(answer: unknown): [path: string, value: string][] {
  const results = got.safeParse(answer).data?.req_path_results ?? [];
  return results.flatMap(({ resolved_path_results }) =>
    (resolved_path_results ?? []).flatMap(({ resolved_path, result_params }) => Object.entries(result_params ?? {}).map(([name, value]): [string, string] => [resolved_path + name, value])),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

/** A device says no within an answer that says 200: somewhere inside stands an error code that is not 0, with its words. */
function failureIn(body: unknown): string | undefined {
  if (Array.isArray(body)) return body.map(failureIn).find((found) => found !== undefined);
  if (typeof body !== "object" || body === null) return undefined;
  const { err_code, err_msg } = body as { err_code?: unknown; err_msg?: unknown };
  if (typeof err_code === "number" && err_code !== 0) return `${err_code}: ${typeof err_msg === "string" ? err_msg : ""}`;
  return failureIn(Object.values(body));
}
