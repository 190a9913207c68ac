import { flushPromises, mount } from "@vue/test-utils";
import type { VueWrapper } from "@vue/test-utils";
import { describe, expect, it } from "vitest";
import type { Visit } from "@gigafibre/contracts/visits";
import PaySheet from "./PaySheet.vue";

const slot = { template: "<div><slot /></div>" };
const stubs = {
  BottomSheet: { props: ["title"], template: "<section><h2>{{ title }}</h2><slot /></section>" },
  QrCode: { props: ["text"], template: "<img :alt='text'>" },
  "q-btn": { props: ["label", "type"], template: "<button :type=\"type ?? 'button'\">{{ label }}</button>" },
  "q-input": { props: ["label", "modelValue"], emits: ["update:modelValue"], template: "<label>{{ label }}<input :value='modelValue' @input=\"$emit('update:modelValue', $event.target.value)\"></label>" },
  "q-icon": slot,
};

async function sheetFor(payment: Visit["payment"]): Promise<VueWrapper> {
  const sheet = mount(PaySheet, { props: { payment, modelValue: false }, global: { stubs } });
  await sheet.setProps({ modelValue: true });
  await flushPromises();
  return sheet;
}

describe("money at the customer's door", () => {
  it("is asked for by the order's own code, and noted for what is owed once it was handed over", async () => {
    const sheet = await sheetFor({ owed_cents: 9_995, url: "https://gigafibre.test/pay/abc" });
    expect(sheet.find("img").attributes("alt")).toBe("https://gigafibre.test/pay/abc");
    expect(sheet.find("form").exists()).toBe(false);
    await sheet.findAll("button").find((each) => each.text() === "J'ai reçu un paiement")?.trigger("click");
    await sheet.find("form").trigger("submit");
    expect(sheet.emitted("paid")).toEqual([[{ kind: "payment", method: "cash", amount_cents: 9_995, reference: "" }]]);
  });

  it("is taken where nothing is owed yet, as an advance of the amount that was typed", async () => {
    const sheet = await sheetFor(null);
    expect(sheet.text()).toContain("ce sera un acompte");
    expect(sheet.find("img").exists()).toBe(false);
    await sheet.find("form").trigger("submit");
    expect(sheet.emitted("paid")).toBeUndefined();
    await sheet.find("input").setValue("50,00");
    await sheet.findAll("button").find((each) => each.text() === "Chèque")?.trigger("click");
    await sheet.find("form").trigger("submit");
    expect(sheet.emitted("paid")).toEqual([[{ kind: "payment", method: "cheque", amount_cents: 5_000, reference: "" }]]);
  });
});
