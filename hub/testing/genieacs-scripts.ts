/** Our own scripts in GenieACS: the extension is the real file, the provision is loaded by the real command. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startGenieacs } from "@gigafibre/fixtures/acs/genieacs";
import type { StandInGenieacs } from "@gigafibre/fixtures/acs/genieacs";

type Script = Record<string, (args: readonly string[], callback: (error: unknown, value?: unknown) => void) => void>;
const scripts = new URL("../acs/genieacs/", import.meta.url);

/** Whom GenieACS lets in: `cwmp.auth`, which its NBI cannot write. */
export const CWMP_AUTH = readFileSync(new URL("cwmp-auth.txt", scripts), "utf8").trim();

/** One a process: the extension reads its hub's address once, as GenieACS starts it. */
export function ownScripts(hubUrl: () => string, token: string): (args: readonly string[]) => Promise<unknown> {
  return ([script = "", name = "", ...args]) => {
    process.env["GIGAFIBRE_HUB_URL"] = hubUrl();
    process.env["GIGAFIBRE_ACS_TOKEN"] = token;
    const loaded = createRequire(import.meta.url)(fileURLToPath(new URL(`ext/${script}.js`, scripts))) as Script;
    return new Promise((resolve, reject) => loaded[name]?.(args, (error, value) => (error ? reject(error instanceof Error ? error : new Error("the extension failed")) : resolve(value))));
  };
}

export async function loadScripts(nbi: string): Promise<void> {
  await promisify(execFile)(process.execPath, [fileURLToPath(new URL("load.ts", scripts)), nbi]);
}

export async function scriptedGenieacs(hubUrl: () => string, token: string): Promise<StandInGenieacs> {
  const acs = await startGenieacs({ ext: ownScripts(hubUrl, token) });
  await loadScripts(acs.url);
  return acs;
}
