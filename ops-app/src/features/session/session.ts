/** Who works here, by ERPNext's own session. One that ends is a pause: what was asked waits until the same person has signed in again. */
import { REASONS } from "@gigafibre/contracts/problems";
import { isAgent, staffSession } from "@gigafibre/contracts/session";
import type { StaffSession } from "@gigafibre/contracts/session";
import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";
import { z } from "zod";
import { askOnce, posted, whenSignedOut } from "../../hub-request.ts";
import { Refusal } from "../../refusal.ts";

/** A second factor is asked for: the code goes out with the name of the attempt. */
export interface SecondFactor {
  readonly tmp_id: string;
}
export type Credentials = { usr: string; pwd: string } | { otp: string; tmp_id: string };

/** Told to the other tabs of this browser, which hold the same cookie. */
const PERSON = "gigafibre-ops-person";
const loginAnswer = z.looseObject({ tmp_id: z.string().optional() });

const WRONG_PASSWORD = {
  fr: "Ce courriel et ce mot de passe ne vont pas ensemble. Rien n'a changé; vérifiez-les et réessayez.",
  en: "This e-mail and password do not match. Nothing changed; check them and try again.",
};
const NOT_OF_THE_OFFICE = {
  fr: "Votre compte n'est pas celui d'un agent ni d'un répartiteur: l'application des techniciens est à /field/.",
  en: "Your account is neither an agent's nor a dispatcher's: the technicians' app is at /field/.",
};
const SOMEBODY_ELSE = {
  fr: "C'est le compte de quelqu'un d'autre: ce qui est ouvert ici est à vous. Quittez d'abord.",
  en: "That is somebody else's account: what is open here is yours. Leave first.",
};

async function login(fields: Credentials): Promise<z.infer<typeof loginAnswer>> {
  try {
    return await askOnce(loginAnswer, "/api/method/login", posted(fields));
  } catch (error) {
    // ERPNext says it in words of its own.
    if (error instanceof Refusal && error.status === 401) throw new Refusal({ status: 401, reason: "wrong_password", said: WRONG_PASSWORD, cause: error });
    throw error;
  }
}

/** @throws Refusal for somebody who has no work in this app */
async function whoami(): Promise<StaffSession> {
  const who = await askOnce(staffSession, "/api/session");
  if (!isAgent(who)) throw new Refusal({ status: 403, reason: "not_allowed", said: NOT_OF_THE_OFFICE });
  return who;
}

export const useSession = defineStore("session", () => {
  const who = shallowRef<StaffSession | null>(null);
  /** Nothing is known yet. */
  const asking = ref(true);
  /** Why it is not known who is signed in. */
  const refusal = shallowRef<Refusal | null>(null);
  const pause = shallowRef<{ over: Promise<void>; end: () => void } | null>(null);

  async function resume(): Promise<void> {
    asking.value = true;
    refusal.value = null;
    try {
      open(await whoami());
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusal.value = error.status === 401 ? null : error;
    } finally {
      asking.value = false;
    }
  }

  function open(now: StaffSession): void {
    who.value = now;
    localStorage.setItem(PERSON, now.user);
    pause.value?.end();
    pause.value = null;
  }

  /** @throws Refusal */
  async function signIn(fields: Credentials): Promise<SecondFactor | null> {
    const { tmp_id } = await login(fields);
    if (tmp_id !== undefined) return { tmp_id };
    const now = await whoami();
    if (who.value && who.value.user !== now.user) throw new Refusal({ status: 403, reason: "somebody_else", said: SOMEBODY_ELSE });
    open(now);
    refusal.value = null;
    return null;
  }

  function signInAgain(): Promise<void> {
    if (!pause.value) {
      let end = (): void => undefined;
      pause.value = { over: new Promise((resolve) => (end = resolve)), end };
    }
    return pause.value.over;
  }

  /** What was read goes with the page. */
  async function signOut(): Promise<void> {
    await askOnce(z.unknown(), "/api/method/logout", { method: "POST" }).catch((error: unknown) => {
      // One that ERPNext does not know any more is signed out.
      if (!(error instanceof Refusal) || error.status === 0 || error.status >= 500) throw error;
    });
    localStorage.removeItem(PERSON);
    window.location.assign("/ops/");
  }

  whenSignedOut(() => (who.value ? signInAgain() : Promise.reject(new Refusal({ status: 401, reason: "sign_in_required", said: REASONS.sign_in_required.message }))));
  window.addEventListener("storage", ({ key, newValue }) => {
    if (key !== PERSON || !who.value || newValue === who.value.user) return;
    // Another tab of this browser left, or is somebody else now: this one would act under a name that it does not show.
    window.location.reload();
  });

  return { who, asking, refusal, paused: computed(() => pause.value !== null), resume, signIn, signOut };
});
