/** Every screen of the technicians' app in turn, as a visit goes through them. */
import { expect } from "@playwright/test";
import type { PlannedVisit, Phone } from "./technician.ts";

/** Eight hex digits that no other run has. */
export const stamp = (): string => Math.floor(Math.random() * 0xffffffff).toString(16).toUpperCase().padStart(8, "0");

/** @param at is called on each screen, with its name */
export async function throughEveryScreen(phone: Phone, { customer }: PlannedVisit, at: (screen: string) => Promise<void>): Promise<void> {
  await phone.page.goto("/field/");
  await expect(phone.heading("Gigafibre")).toBeVisible();
  await at("sign-in");
  await phone.signIn();
  await expect(phone.page.getByText(customer)).toBeVisible();
  await at("days");
  await phone.page.getByRole("link", { name: "Réglages" }).click();
  await expect(phone.heading("Réglages")).toBeVisible();
  await at("settings");
  await phone.button("Se déconnecter").click();
  await expect(phone.sheet("Se déconnecter?")).toBeVisible();
  await at("sign-out");
  await phone.button("Rester connecté").click();
  await phone.button("Retour").click();
  await phone.page.getByText(customer).click();
  await expect(phone.heading(customer)).toBeVisible();
  await at("visit-planned");
  await phone.action.click();
  await expect(phone.sheet("Arrivée dans combien de temps?")).toBeVisible();
  await at("set-out");
  await phone.button("20 min").click();
  await phone.action.filter({ hasText: "Commencer la visite" }).click();
  await phone.action.filter({ hasText: "Numériser: ONT" }).click();
  await expect(phone.button("Entrer le numéro")).toBeVisible();
  await at("scan");
  await phone.type(`RCMG${stamp()}`);
  await expect(phone.page.getByText("Activation du port").first()).toBeVisible({ timeout: 30_000 });
  await at("visit-working");
  await phone.button("Signal de l'ONT (dBm)").first().click();
  await expect(phone.sheet("Signal de l'ONT (dBm)")).toBeVisible();
  await at("measure");
  await phone.page.getByLabel("Valeur mesurée").fill("-19,5");
  await phone.button("Enregistrer").click();
  await phone.page.getByRole("checkbox", { name: "WiFi 5 GHz" }).click();
  await phone.button("Montrer le WiFi").click();
  await expect(phone.sheet("WiFi du client")).toBeVisible();
  await at("wifi");
  await phone.button("Fermer").click();
  await phone.button("Faire signer le client").click();
  await expect(phone.sheet("À votre satisfaction")).toBeVisible();
  await at("sign");
  await phone.button("Sans signature").click();
  await expect(phone.sheet("Pourquoi n'y a-t-il pas de signature?")).toBeVisible();
  await at("without-signature");
  await phone.page.getByRole("textbox", { name: "Raison" }).fill("Le client est parti travailler");
  await phone.button("Enregistrer").click();
  await phone.goUnderground();
  await phone.button("Ajouter une note").click();
  await phone.page.getByRole("textbox", { name: "Note" }).fill("Échelle de 28 pieds requise");
  await phone.button("Enregistrer").click();
  await phone.page.getByRole("checkbox", { name: "Chaînes TV" }).click();
  await phone.banner.click();
  await expect(phone.heading("À envoyer")).toBeVisible();
  await at("unsent");
  await phone.button("Retour").click();
  await phone.button("Terminer sans tout faire").click();
  await expect(phone.sheet("Terminer la visite?")).toBeVisible();
  await at("complete");
  await phone.button(/La même raison pour les \d+ autres/).click();
  await expect(phone.page.getByRole("textbox", { name: "WiFi 2,4 GHz" })).toHaveValue("Le client est parti travailler");
  await phone.button("Annuler").click();
  await at("visit-offline");
}
