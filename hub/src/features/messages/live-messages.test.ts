import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { live } from "../../../testing/installation.ts";
import type { Installed } from "../../../testing/installation.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

describe("a live service is told", () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterEach(() => world.erpnext.heal());
  afterAll(() => world.stop());

  const told = async ({ accepted }: Pick<Installed, "accepted">) =>
    (await world.inbox.messages(accepted.order_id)).filter(({ text }) => /activé|Bienvenue/.test(text ?? ""));
  const both = (made: Installed) =>
    eventually("both messages", async () => {
      await world.hurry();
      const found = await told(made);
      return found.length >= 2 && found;
    }, 60_000);

  it("once by SMS and by e-mail, with the invoice as ERPNext prints it", async () => {
    const made = await live(world);
    const messages = await both(made);
    expect(messages.map(({ channel }) => channel).sort()).toEqual(["email", "sms"]);
    expect(messages.find(({ channel }) => channel === "sms")?.text).toContain("Service activé!");
    const [invoice] = await world.erpnext.admin.list("Sales Invoice", [["order_id", "=", made.accepted.order_id]]);
    const mail = messages.find(({ channel }) => channel === "email");
    expect(mail?.text).toContain("vous n'avez rien à faire");
    expect(mail?.attachments).toMatchObject([{ name: `Facture ${invoice?.name}.pdf`, type: "application/pdf" }]);
    const pdf = Buffer.from(await (await fetch(`${world.inbox.url}/inbox/messages/${mail?.id}/attachments/0`)).arrayBuffer()).toString("latin1");
    expect(pdf).toMatch(/^%PDF/);
    expect(pdf).toContain(`Sales Invoice ${invoice?.name}`);
  });

  it("of an order paid later with the invoice it has, and not a word of a card", async () => {
    const messages = await both(await live(world, null));
    const mail = messages.find(({ channel }) => channel === "email");
    expect(mail?.attachments).toHaveLength(1);
    expect(mail?.text).not.toContain("carte");
  });

  it("without the PDF when ERPNext cannot print, and with it when ERPNext was only away", async () => {
    await world.erpnext.fault({ kind: "status", status: 500, match: { path: "download_pdf" } });
    const cannot = await both(await live(world));
    expect(cannot.find(({ channel }) => channel === "email")?.attachments).toEqual([]);
    await world.erpnext.heal();
    await world.erpnext.fault({ kind: "down", match: { path: "download_pdf" }, times: 3 });
    const away = await both(await live(world));
    expect(away.find(({ channel }) => channel === "email")?.attachments).toHaveLength(1);
  });
});
