import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeRepository, makeTarball, version } from "../package-app.mjs";

let folder;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gigafibre-package-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const log = (repository) => execFileSync("git", ["-C", repository, "log", "--format=%s"], { encoding: "utf8" }).trim().split("\n");

describe("the packaged app", () => {
  it("is a tarball whose one folder is the app, without what lints and packages it", () => {
    const entries = execFileSync("tar", ["-tzf", makeTarball(folder)], { encoding: "utf8" }).trim().split("\n");
    expect(entries).toContain("gigafibre_fsm/pyproject.toml");
    expect(entries).toContain("gigafibre_fsm/gigafibre_fsm/hooks.py");
    expect(entries).toContain("gigafibre_fsm/gigafibre_fsm/rules/dispatch_job.json");
    expect(entries.filter((entry) => !entry.startsWith("gigafibre_fsm/") || /__pycache__|\.mjs$/.test(entry))).toEqual([]);
  });

  it("is a repository whose root is the app, which grows only when the app changed", () => {
    const repository = makeRepository(join(folder, "app"));
    expect(existsSync(join(repository, "pyproject.toml"))).toBe(true);
    makeRepository(repository);
    expect(log(repository)).toEqual([`gigafibre_fsm ${version()}`]);
    appendFileSync(join(repository, "README.md"), "\nchanged\n");
    execFileSync("git", ["-C", repository, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qam", "someone's"]);
    makeRepository(repository);
    expect(log(repository)).toHaveLength(3);
  });

  it("leaves a folder that is something else as it is", () => {
    writeFileSync(join(folder, "thesis.txt"), "years of work");
    expect(() => makeRepository(folder)).toThrow("left as it is");
    expect(existsSync(join(folder, "thesis.txt"))).toBe(true);
  });
});
