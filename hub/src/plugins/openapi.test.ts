import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startHub } from "../../testing/hub.ts";

interface Operation {
  summary?: string;
  tags?: string[];
  security?: Record<string, string[]>[];
}

describe("the description at /docs", () => {
  let hub: Awaited<ReturnType<typeof startHub>>;
  beforeAll(async () => {
    hub = await startHub();
  });
  afterAll(() => hub.stop());

  it("is a page that loads nothing from elsewhere", async () => {
    const page = await hub.app.inject({ url: "/docs/" });
    expect(page.statusCode).toBe(200);
    expect(page.body).not.toMatch(/(?:src|href)="https?:/);
    expect(String(page.headers["content-security-policy"])).not.toContain("unsafe-eval");
  });

  it("names every route of the hub's own with what it is for and who may call it", async () => {
    const { paths } = (await hub.app.inject({ url: "/docs/json" })).json<{ paths: Record<string, Record<string, Operation>> }>();
    const described = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({ route: `${method.toUpperCase()} ${path}`, ...operation })),
    );
    expect(described.filter(({ summary, tags }) => !summary || !tags?.length).map(({ route }) => route)).toEqual([]);
    const routes = new Set(described.map(({ route }) => route.replace(/\{[^}]+\}/g, "*")));
    const own = hub.app.declaredAccess.filter(({ url, method }) => method !== "HEAD" && !/^\/(docs|inbox)/.test(url) && url !== "/*");
    expect(own.map(({ method, url }) => `${method} ${url.replace(/:\w+/g, "*")}`).filter((route) => !routes.has(route))).toEqual([]);
    expect(paths["/events"]?.["get"]?.security).toEqual([{ erpnext_session: [] }]);
    expect(paths["/api/leads"]?.["post"]?.security).toEqual([]);
  });
});
