// Packages the Frappe app by itself: bench cannot take an app from a subfolder of a repository.
//
//   node erpnext-app/package-app.mjs                       a tarball, erpnext-app/dist/gigafibre_fsm-<version>.tar.gz
//   node erpnext-app/package-app.mjs --repository[=path]   a git repository (erpnext-app/dist/gigafibre_fsm) that `bench get-app <path>` clones;
//                                                          run again, it gets one more commit when something changed
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parse } from "smol-toml";

const APP = "gigafibre_fsm";
const HERE = import.meta.dirname;
const PARTS = [APP, "pyproject.toml", "README.md", "license.txt", ".gitignore"];

export function version() {
  return /__version__ = "(.+)"/.exec(readFileSync(join(HERE, APP, "__init__.py"), "utf8"))[1];
}

/** Copies what belongs to the app, and nothing of how it is linted and packaged. */
function copyApp(to) {
  mkdirSync(to, { recursive: true });
  for (const part of PARTS) {
    cpSync(join(HERE, part), join(to, part), {
      recursive: true,
      filter: (source) => basename(source) !== "__pycache__" && !source.endsWith(".pyc"),
    });
  }
}

/** Writes the tarball and returns its path. Its one top folder is the app. */
export function makeTarball(folder = join(HERE, "dist")) {
  const staging = mkdtempSync(join(tmpdir(), "gigafibre-package-"));
  try {
    copyApp(join(staging, APP));
    mkdirSync(folder, { recursive: true });
    const tarball = join(folder, `${APP}-${version()}.tar.gz`);
    execFileSync("tar", ["-czf", tarball, "-C", staging, APP]);
    return tarball;
  } finally {
    rmSync(staging, { recursive: true });
  }
}

/** Writes, or brings up to date, a git repository whose root is the app, and returns its path. */
export function makeRepository(folder = join(HERE, "dist", APP)) {
  const isNew = !existsSync(folder) || readdirSync(folder).length === 0;
  if (!isNew && !isOurs(folder)) throw new Error(`${folder} is not a repository of this app: it is left as it is`);
  mkdirSync(folder, { recursive: true });
  if (isNew) git(folder, "init", "--quiet", "--initial-branch=main");
  for (const entry of readdirSync(folder)) if (entry !== ".git") rmSync(join(folder, entry), { recursive: true });
  copyApp(folder);
  git(folder, "add", "--all");
  if (git(folder, "status", "--porcelain") !== "") {
    git(folder, "-c", "user.name=Gigafibre FSM", "-c", "user.email=app@gigafibre.invalid", "commit", "--quiet", "--message", `${APP} ${version()}`);
  }
  return folder;
}

function isOurs(folder) {
  const project = join(folder, "pyproject.toml");
  return existsSync(join(folder, ".git")) && existsSync(project) && parse(readFileSync(project, "utf8")).project?.name === APP;
}

const git = (folder, ...args) => execFileSync("git", ["-C", folder, ...args], { encoding: "utf8" });

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2).map((arg) => (arg === "--repository" ? "--repository=" : arg));
  const { values } = parseArgs({ args, options: { repository: { type: "string" } } });
  console.log(values.repository === undefined ? makeTarball() : makeRepository(values.repository === "" ? undefined : resolve(values.repository)));
}
