import { problemOf } from "@gigafibre/contracts/problems";
import { AxiosError, AxiosHeaders } from "axios";
import { describe, expect, it } from "vitest";
import { refusalOf } from "./hub-request.ts";

function failed(status: number, data: unknown, headers: Record<string, string> = {}): AxiosError {
  const config = { headers: new AxiosHeaders() };
  return new AxiosError("refused", "ERR", config, {}, { status, data, headers, config, statusText: "" });
}

describe("a request that did not succeed", () => {
  it("carries the hub's reason, its words in both languages, fields and details", () => {
    const refusal = refusalOf(failed(409, problemOf("price_changed", { details: { monthly_cents: 100 } })));
    expect(refusal).toMatchObject({ reason: "price_changed", status: 409, details: { monthly_cents: 100 } });
    expect(refusal.said.fr).toContain("Le prix a changé");
    expect(refusal.said.en).toContain("The price has changed");
  });

  it("is a lost connection, uncertain, when no answer came", () => {
    expect(refusalOf(new AxiosError("Network Error", "ERR_NETWORK"))).toMatchObject({ reason: "network_lost", status: 0, uncertain: true });
  });

  it("is never a blank: a proxy's page, a bare status or a bug has a sentence too", () => {
    for (const thrown of [failed(502, "<html>bad gateway</html>"), failed(500, null), failed(404, ""), new TypeError("bug")]) {
      const { said } = refusalOf(thrown);
      expect(said.fr.length).toBeGreaterThan(20);
      expect(said.en.length).toBeGreaterThan(20);
    }
  });

  it("is certain only when the hub has said that nothing was kept", () => {
    const uncertain = (status: number, reason?: Parameters<typeof problemOf>[0]): boolean => refusalOf(failed(status, reason ? problemOf(reason) : "")).uncertain;
    expect(uncertain(409, "port_taken")).toBe(false);
    expect(uncertain(429)).toBe(false);
    expect(uncertain(503, "stripe_unavailable")).toBe(false);
    expect(uncertain(503, "temporarily_unavailable")).toBe(true);
    expect(uncertain(502)).toBe(true);
    expect(uncertain(500, "internal_error")).toBe(true);
  });

  it("says how long to wait when the hub does", () => {
    expect(refusalOf(failed(429, problemOf("too_many_requests"), { "retry-after": "30" }))).toMatchObject({ reason: "too_many_requests", retry_after: 30 });
  });
});
