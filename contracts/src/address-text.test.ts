import { describe, expect, it } from "vitest";
import { coreKey, municipalityKey, plainKey, resemblesWay, streetKey } from "./address-text.ts";

describe("the normal form of addresses", () => {
  it("drops accents, apostrophes, hyphens, ligatures and punctuation", () => {
    expect(plainKey("L’Île-Œuvre, N°3 (Québec)")).toBe("l ile oeuvre n 3 quebec");
    expect(plainKey("  \t\n ")).toBe("");
    expect(plainKey("%_\\")).toBe("");
  });

  it("is the same typed in composed or decomposed letters", () => {
    expect(plainKey("Montée".normalize("NFD"))).toBe(plainKey("Montée".normalize("NFC")));
  });

  it("writes abbreviations out and ordinals as numbers", () => {
    expect(streetKey("Ch. de la Rivière")).toBe("chemin de la riviere");
    expect(streetKey("boul. St-Jean-Baptiste")).toBe("boulevard saint jean baptiste");
    expect(streetKey("1re Avenue")).toBe("1 avenue");
    expect(streetKey("2ième rg")).toBe("2 rang");
    expect(streetKey("Première Avenue")).toBe("1 avenue");
    expect(municipalityKey("Saint-Urbain-Premier")).toBe("saint urbain premier");
    expect(municipalityKey("Ste-Clotilde")).toBe("sainte clotilde");
  });

  it("keeps of a street what tells it apart", () => {
    expect(coreKey("Rue de la Montagne")).toBe("montagne");
    expect(coreKey("4e Rang")).toBe(coreKey("Rang 4"));
    expect(coreKey("Route 202")).toBe("202");
    expect(coreKey("Main Street")).toBe("main");
    expect(coreKey("Main St.")).toBe("main");
    expect(coreKey("Montée du Rang-Saint-Charles")).toBe("rang saint charles");
    expect(coreKey("Rue de la Montée")).toBe("montee");
  });

  it("knows a misspelt kind of way", () => {
    expect(["chmein", "chemn", "boulevrad", "plac", "monntee", "reu", "ru"].every(resemblesWay)).toBe(true);
    expect(["principale", "roxham", "cartier", "roy", "x", ""].some(resemblesWay)).toBe(false);
  });

  it("never leaves a street without a key", () => {
    expect(coreKey("Chemin")).toBe("chemin");
    expect(coreKey("Rue de la")).toBe("rue de la");
  });

  it("is stable: a key is its own key", () => {
    for (const name of ["1re Avenue", "Ch. de la Rivière-aux-Outardes", "Rang St-Joseph Est"]) {
      expect(streetKey(streetKey(name))).toBe(streetKey(name));
    }
  });
});
