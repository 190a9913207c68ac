import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { factsOf, sampleBody } from "../../../testing/order-samples.ts";
import { orderNotes } from "../orders/steps.ts";
import { summaryOf } from "../orders/repository.ts";
import { declinedSms } from "./declined-messages.ts";
import { liveSms } from "./live-messages.ts";
import { dispatchText } from "./chat-text.ts";
import { orderEmail } from "./order-email.ts";
import type { ToldOrder } from "./told-order.ts";
import { orderUrl } from "./order-messages.ts";
import { orderSms, toGsm7 } from "./sms-text.ts";

const GSM7 = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà]*$/;
const order: ToldOrder = { id: "GF-7K3M-2Q9X", language: "fr", on_request: false, preferred_dates: ["2026-04-07", "2026-04-09", "2026-04-10"] };
const facts = factsOf(sampleBody);
const summary = summaryOf(sampleBody, facts.quote, { address_label: facts.address.label, municipality: "Saint-Anicet", notes: orderNotes(facts) });
const links = { statusUrl: "https://gigafibre.test/commande/GF-7K3M-2Q9X#token=x", payUrl: null, companyPhone: "450 555-0100" };

describe("the SMS of an order", () => {
  it("says the first date, to be confirmed, and ends with the order's number", () => {
    expect(orderSms(order, null)).toBe("Commande confirmée! Installation prévue le mardi 7 avril (à confirmer). Gigafibre, GF-7K3M-2Q9X");
    expect(orderSms({ ...order, language: "en" }, null)).toBe("Order confirmed! Installation planned for Tuesday, April 7 (to be confirmed). Gigafibre, GF-7K3M-2Q9X");
  });

  it("without dates says that we call, and where the drop is yet to be built, why", () => {
    expect(orderSms({ ...order, preferred_dates: "contact_me" }, null)).toContain("nous vous appelons pour la date");
    expect(orderSms({ ...order, preferred_dates: "contact_me", on_request: true }, null)).toContain("à construire: nous vous appelons pour la date");
  });

  it("of an agent's order says where to pay", () => {
    expect(orderSms(order, "https://gigafibre.test/pay/abc")).toContain("Votre commande est confirmée! Payez ici: https://gigafibre.test/pay/abc");
  });

  it("is one message of 160 characters in every month, in both languages", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date("2026-01-01"), max: new Date("2027-12-31"), noInvalidDate: true }),
        fc.constantFrom("fr" as const, "en" as const),
        fc.constantFrom(null, `https://commande.gigafibre.example/pay/${"x".repeat(22)}`),
        (date, language, payUrl) => {
          const text = orderSms({ ...order, language, preferred_dates: [date.toISOString().slice(0, 10)] }, payUrl);
          expect(text).toMatch(GSM7);
          expect(text.length).toBeLessThanOrEqual(160);
        },
      ),
    );
    expect(toGsm7("le 1er août\u00a0à l’Île")).toBe("le 1er aout à l'Ile");
  });
});

describe("the SMS of a live service, and of a card that was not charged", () => {
  it("are one message of 160 characters in both languages, and end with the order's number", () => {
    for (const language of ["fr", "en"] as const) {
      const texts = [
        liveSms("GF-7K3M-2Q9X", language, "450 555-0100"),
        declinedSms("GF-7K3M-2Q9X", language, `https://commande.gigafibre.example/pay/${"x".repeat(22)}`),
      ];
      for (const text of texts) {
        expect(text).toMatch(GSM7);
        expect(text.length).toBeLessThanOrEqual(160);
        expect(text.endsWith("GF-7K3M-2Q9X")).toBe(true);
      }
    }
    expect(liveSms("GF-7K3M-2Q9X", "fr", "450 555-0100")).toContain("Service activé!");
  });
});

describe("the e-mail of an order", () => {
  const { subject, text, html } = orderEmail(order, summary, links);

  it("tells the lines, the taxes apart and the totals, as amounts are written in French", () => {
    expect(subject).toBe("Votre commande Gigafibre GF-7K3M-2Q9X");
    const plain = text.replaceAll("\u00a0", " ");
    for (const line of [/Fibre 150 Mbit\/s +99,95 \$/, /Rabais 3 services +−10,00 \$/, /1er décodeur offert +−149,95 \$/, /Sous-total +149,59 \$/, /TPS \(5 %\) +7,48 \$/, /TVQ \(9,975 %\) +14,92 \$/, /Total +171,99 \$/]) {
      expect(plain).toMatch(line);
    }
    expect(plain).toContain("Prévue le mardi 7 avril (à confirmer). Vos autres choix: jeudi 9 avril, vendredi 10 avril.");
    expect(plain).toContain(links.statusUrl);
  });

  it("says the same in HTML, in the house's colours, and runs nothing", () => {
    expect(html).toContain('<html lang="fr">');
    expect(html).toContain("#0b3d2e");
    expect(html).toContain("Aucun frais avant la complétion de l&#39;installation".replace("&#39;", "'"));
    expect(html).not.toMatch(/<script|<img|url\(/i);
  });

  it("shows what a customer typed as text, whatever it is", () => {
    const odd = { ...summary, customer_name: `<img src=x onerror="alert(1)">` };
    expect(orderEmail(order, odd, links).html).not.toContain("<img");
  });

  it("carries the payment link where one was asked for, and then does not promise that nothing is charged before", () => {
    const paid = orderEmail(order, summary, { ...links, payUrl: "https://gigafibre.test/pay/abc" });
    expect(paid.html).toContain('href="https://gigafibre.test/pay/abc"');
    expect(paid.text).not.toContain("Aucun frais avant");
  });

  it("is English for those who chose it", () => {
    const english = orderEmail({ ...order, language: "en" }, summary, links);
    expect(english.text).toMatch(/GST \(5%\) +\$7\.48/);
    expect(english.text).toContain("No charge until the installation is completed to your satisfaction.");
  });
});

describe("what dispatch and the customer are led to", () => {
  it("names the place and the work in the chat, and not the person", () => {
    const text = dispatchText(order, summary);
    expect(text).toBe("Nouvelle commande GF-7K3M-2Q9X\n123 Rue de l'Église, Saint-Anicet\nFTTH 150M + TV Standard + Phone\nDates: mardi 7 avril, jeudi 9 avril, vendredi 10 avril");
  });

  it("follows an order in the customer's language, its token in the fragment", () => {
    expect(orderUrl("https://gigafibre.test/", order, "t0k")).toBe("https://gigafibre.test/commande/GF-7K3M-2Q9X#token=t0k");
    expect(orderUrl("https://gigafibre.test", { ...order, language: "en" }, "t0k")).toBe("https://gigafibre.test/en/order/GF-7K3M-2Q9X#token=t0k");
  });
});
