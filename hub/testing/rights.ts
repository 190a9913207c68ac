/** Who may do what, read from where the app declares it: the DocTypes' permissions, whose documents a role sees, and how a document may move. */
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";

const app = path.join(import.meta.dirname, "../../erpnext-app/gigafibre_fsm");
const readJson = <T>(file: string): T => JSON.parse(readFileSync(file, "utf8")) as T;

export const VERBS = ["read", "write", "create", "delete"] as const;
export type Verb = (typeof VERBS)[number];

interface DocType {
  readonly name: string;
  readonly istable?: number;
  readonly issingle?: number;
  readonly permissions?: readonly ({ role: string } & Partial<Record<Verb, number>>)[];
}
interface Moves {
  readonly field: string;
  readonly initial: readonly string[];
  readonly allowed?: Readonly<Record<string, readonly string[]>>;
}
interface Rules {
  readonly doctype: string;
  readonly visible?: Readonly<Record<string, unknown>>;
  readonly moves?: Moves;
}
interface Workflow {
  readonly document_type: string;
  readonly states: readonly { state: string }[];
  readonly transitions: readonly { state: string; next_state: string; allowed: string; condition?: string }[];
}

const folder = path.join(app, "gigafibre_fsm/doctype");
/** The app's DocTypes that stand on their own. */
export const DOCTYPES: readonly DocType[] = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== "__pycache__")
  .map((entry) => readJson<DocType>(path.join(folder, entry.name, `${entry.name}.json`)))
  .filter(({ istable }) => !istable);

const RULES = new Map(
  readdirSync(path.join(app, "rules")).filter((file) => file.endsWith(".json"))
    .map((file) => readJson<Rules>(path.join(app, "rules", file)))
    .map((rules) => [rules.doctype, rules]),
);

/** What a role may do with documents of a DocType that it sees. */
export function rightsOf(role: string, doctype: DocType): Record<Verb, boolean> {
  const granted = doctype.permissions?.find((permission) => permission.role === role);
  return Object.fromEntries(VERBS.map((verb) => [verb, granted?.[verb] === 1])) as Record<Verb, boolean>;
}

/** Whether a role sees only documents that concern its user. */
export const isNarrowed = (role: string, doctype: string): boolean => RULES.get(doctype)?.visible?.[role] !== undefined;

/** The DocTypes whose status anyone who may write moves, but only so. */
export const MOVES = [...RULES.values()].flatMap(({ doctype, moves }) => (moves?.allowed ? [{ doctype, ...moves, allowed: moves.allowed }] : []));

export const WORKFLOWS = readJson<readonly Workflow[]>(path.join(app, "customizations/workflows.json"));
