import Fastify from "fastify";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { STAFF } from "../../../../testing/erpnext-admin.ts";
import { startWorld } from "../../../../testing/world.ts";
import { transaction } from "../../../plugins/database.ts";
import { keepInforms } from "../informs.ts";
import type { AcsDriver } from "./driver.ts";
import { oktopus } from "./oktopus.ts";

const SSID = "Device.WiFi.SSID.1.SSID";
const SERIAL = "DECO00000001";
const text = (path: string, value: string): { path: string; value: string; type: "xsd:string" } => ({ path, value, type: "xsd:string" });

/** Its REST, with one USP device behind it, as its source has it: Go's JSON, a raw token, one question a device at a time. */
class Scripted {
  readonly app: FastifyInstance = Fastify();
  values: Record<string, string> = {};
  /** By which it knows its one device. */
  id = SERIAL;
  status = 2;
  busy = false;
  token = "first";
  signIns = 0;
  atOnce = 0;
  mostAtOnce = 0;
  asked: { operation: string; body: Record<string, unknown> }[] = [];

  constructor() {
    this.app.put<{ Body: { email: string; password: string } }>("/api/auth/login", async ({ body }, reply) => {
      if (body.password !== "secret") return reply.code(401).send(JSON.stringify("Invalid Credentials"));
      this.signIns += 1;
      return reply.header("content-type", "application/json").send(JSON.stringify(this.token));
    });
    this.app.addHook("preHandler", async (request, reply) => {
      if (request.url !== "/api/auth/login" && request.headers.authorization !== this.token) await reply.code(401).send();
    });
    this.app.get<{ Querystring: { id: string } }>("/api/device", async ({ query }, reply) =>
      query.id === this.id ? { SN: this.id, Model: "Deco", Vendor: "TP-Link", Version: "1.0", ProductClass: "Deco", Status: this.status } : reply.code(404).send(JSON.stringify("Device not found")),
    );
    this.app.put<{ Params: { sn: string; operation: string }; Body: Record<string, unknown> }>("/api/device/:sn/any/:operation", async ({ params: { sn, operation }, body }, reply) => {
      if (sn !== this.id) return reply.code(404).send(JSON.stringify("Device not found"));
      if (this.busy) return reply.code(409).send();
      this.mostAtOnce = Math.max(this.mostAtOnce, (this.atOnce += 1));
      await new Promise((resolve) => setTimeout(resolve, 5));
      this.atOnce -= 1;
      this.asked.push({ operation, body });
      return this.answer(operation, body);
    });
  }

  answer(operation: string, body: Record<string, unknown>): object {
    if (operation === "operate") return { operation_results: [{ executed_command: body["command"], OperationResp: { ReqOutputArgs: {} } }] };
    if (operation === "set") {
      const objects = body["update_objs"] as { obj_path: string; param_settings: { param: string; value: string }[] }[];
      const updated_obj_results = objects.map(({ obj_path, param_settings }) => {
        if (param_settings.some(({ value }) => value === "refused")) return { requested_path: obj_path, oper_status: { OperStatus: { OperFailure: { err_code: 7012, err_msg: "Invalid value" } } } };
        for (const { param, value } of param_settings) if (obj_path + param in this.values) this.values[obj_path + param] = value;
        return { requested_path: obj_path, oper_status: { OperStatus: { OperSuccess: { updated_inst_results: [{ affected_path: obj_path }] } } } };
      });
      return { updated_obj_results };
    }
    const paths = body["param_paths"] as string[];
    const matching = (path: string): string[] => Object.keys(this.values).filter((each) => new RegExp(`^${path.replace("*", "\\d+")}$`).test(each));
    return {
      req_path_results: paths.map((requested_path) => ({
        requested_path,
        resolved_path_results: matching(requested_path).map((path) => ({ resolved_path: path.slice(0, path.lastIndexOf(".") + 1), result_params: { [path.slice(path.lastIndexOf(".") + 1)]: this.values[path] } })),
      })),
    };
  }
}

const acs = new Scripted();
let url: string;
let driver: AcsDriver;
beforeAll(async () => {
  url = await acs.app.listen({ host: "127.0.0.1", port: 0 });
});
afterAll(() => acs.app.close());
beforeEach(() => {
  driver = oktopus({ url, user: "hub@gigafibre.test", password: "secret", firmwareUrl: "https://firmware.test/files/" });
  acs.values = { [SSID]: "TP-Link", "Device.DeviceInfo.UpTime": "42", "Device.DeviceInfo.FirmwareImage.1.Status": "Active", "Device.DeviceInfo.FirmwareImage.2.Status": "Available" };
  Object.assign(acs, { id: SERIAL, status: 2, busy: false, token: "first", signIns: 0, mostAtOnce: 0, asked: [] });
});

describe("Oktopus, asked for a device", () => {
  it("knows it, sets what it has and reads it back, and finds what it did not take", async () => {
    expect(await driver.find(SERIAL)).toMatchObject({ id: SERIAL, model: "tr181", firmware: "1.0" });
    expect(await driver.find("NOBODY-0001")).toBeNull();
    expect(await driver.set(SERIAL, [text(SSID, "Érable")])).toEqual({ outcome: "done" });
    expect(acs.values[SSID]).toBe("Érable");
    expect(await driver.set(SERIAL, [text("Device.WiFi.SSID.9.SSID", "Pin")])).toEqual({ outcome: "faulted", reason: "not_taken", detail: "Device.WiFi.SSID.9.SSID" });
    expect(await driver.set(SERIAL, [text(SSID, "refused")])).toEqual({ outcome: "faulted", reason: "refused_by_device", detail: "7012: Invalid value" });
  });

  it("asks it one thing at a time, and says when somebody else does", async () => {
    const answers = await Promise.all([driver.read(SERIAL, [SSID]), driver.reboot(SERIAL), driver.connectionRequest(SERIAL)]);
    expect(answers.map(({ outcome }) => outcome)).toEqual(["done", "done", "done"]);
    expect(acs.mostAtOnce).toBe(1);
    acs.busy = true;
    expect(await driver.reboot(SERIAL)).toEqual({ outcome: "faulted", reason: "busy" });
  });

  it("tells one that is offline from one that nobody ever heard", async () => {
    acs.status = 0;
    expect(await driver.reboot(SERIAL)).toEqual({ outcome: "offline", reason: "no_answer" });
    expect(await driver.reboot("NOBODY-0001")).toEqual({ outcome: "offline", reason: "never_heard" });
  });

  it("has it fetch a firmware into the place that is free", async () => {
    expect(await driver.download(SERIAL, "deco 1.bin")).toEqual({ outcome: "done" });
    expect(acs.asked.at(-1)?.body).toMatchObject({ command: "Device.DeviceInfo.FirmwareImage.2.Download()", input_args: { URL: "https://firmware.test/files/deco%201.bin", AutoActivate: "true" } });
    acs.values["Device.DeviceInfo.FirmwareImage.2.Status"] = "Active";
    expect(await driver.download(SERIAL, "deco 1.bin")).toMatchObject({ outcome: "faulted", reason: "refused_by_device" });
  });

  it("signs in once, and again when its token is no longer taken", async () => {
    await driver.reboot(SERIAL);
    await driver.reboot(SERIAL);
    expect(acs.signIns).toBe(1);
    acs.token = "second";
    expect(await driver.reboot(SERIAL)).toEqual({ outcome: "done" });
    expect(acs.signIns).toBe(2);
    await expect(oktopus({ url, user: "x", password: "wrong", firmwareUrl: undefined }).reboot(SERIAL)).rejects.toThrow("sign-in: 401");
  });
});

describe("a device whose endpoint id is not its serial", () => {
  const ENDPOINT = `os::403F8C-${SERIAL}`;

  it("is asked by the id that it was heard by, and by its serial once it has that for its id", async () => {
    const known = oktopus({ url, user: "hub@gigafibre.test", password: "secret", firmwareUrl: undefined, endpointOf: async (serial) => (serial === SERIAL ? ENDPOINT : null) });
    acs.id = ENDPOINT;
    expect(await driver.reboot(SERIAL)).toEqual({ outcome: "offline", reason: "never_heard" });
    expect(await known.find(SERIAL)).toMatchObject({ id: ENDPOINT });
    expect(await known.set(SERIAL, [text(SSID, "Érable")])).toEqual({ outcome: "done" });
    acs.id = SERIAL;
    expect(await known.reboot(SERIAL)).toEqual({ outcome: "done" });
  });

  it("does what staff ask of it by its serial, once the bridge has said how it is called", async () => {
    const world = await startWorld({ stripe: false, inbox: false, settings: { ACS_KIND: "oktopus", ACS_URL: url, ACS_USER: "hub@gigafibre.test", ACS_PASSWORD: "secret" } });
    try {
      acs.id = ENDPOINT;
      const headers = { cookie: `sid=${await world.erpnext.admin.sessionFor(STAFF.agent)}`, origin: world.hubUrl };
      const reboot = async (): Promise<unknown> => (await world.app.inject({ method: "POST", url: `/api/devices/${SERIAL}/actions`, headers, payload: { action: "reboot" } })).json<{ answer: unknown }>().answer;
      const hears = (said: object): Promise<unknown> => transaction(world.app.db, (client) => keepInforms(client, [{ serial: SERIAL, event: "boot", ...said }]));
      await hears({});
      expect(await reboot()).toEqual({ outcome: "offline", reason: "never_heard" });
      await hears({ endpoint: ENDPOINT });
      expect(await reboot()).toEqual({ outcome: "done" });
      // An inform that does not say it takes nothing away.
      await hears({});
      expect(await reboot()).toEqual({ outcome: "done" });
    } finally {
      await world.stop();
    }
  });
});
