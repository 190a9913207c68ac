import { describe, expect, it } from "vitest";
import { drawOrderId, drawSecrets, drawSipPassword, drawWifiName, drawWifiPassword, sipUsername } from "./wifi-names.ts";

const draws = <T>(draw: () => T): T[] => Array.from({ length: 500 }, draw);

describe("what is read aloud", () => {
  it("an order's number is short, and never the letters I, L, O or U", () => {
    const ids = draws(drawOrderId);
    for (const id of ids) expect(id).toMatch(/^GF-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("a WiFi password is ten syllables: at least 60 bits, and what WPA takes", () => {
    const passwords = draws(drawWifiPassword);
    for (const password of passwords) expect(password).toMatch(/^([bdfgjklmnprstv][aeiou]){2}(-([bdfgjklmnprstv][aeiou]){2}){4}$/);
    expect(new Set(passwords).size).toBe(passwords.length);
    expect(10 * Math.log2(14 * 5)).toBeGreaterThanOrEqual(60);
    expect(passwords[0]?.length).toBeGreaterThanOrEqual(8);
    expect(passwords[0]?.length).toBeLessThanOrEqual(63);
  });

  it("a network's name fits its 32 bytes without an accent", () => {
    for (const name of draws(drawWifiName)) expect(name).toMatch(/^[A-Za-z]{1,12}-[A-Za-z]{1,14}-\d\d$/);
  });

  it("SIP credentials: a username for each line of each order, and 20 characters that look like no other", () => {
    expect(sipUsername("GF-7K3M-2Q9X", 2)).toBe("gf7k3m2q9x-2");
    for (const password of draws(drawSipPassword)) expect(password).toMatch(/^[a-hjkmnp-z2-9]{20}$/);
    expect(drawSecrets(3).sip_passwords).toHaveLength(3);
  });
});
