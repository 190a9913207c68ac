/**
 * Who works on this phone. The session itself is ERPNext's cookie, which may end at any time; who it was is kept here, so that their days open and
 * their work is kept without it.
 */
import { staffSession } from "@gigafibre/contracts/session";
import { shallowRef } from "vue";
import { z } from "zod";
import { askHub, HubRefusal } from "../../hub-request.ts";
import { openCarried } from "../days/carried.ts";
import type { Carried } from "../days/carried.ts";
import { FieldDatabase } from "../outbox/database.ts";
import { openOutbox } from "../outbox/outbox.ts";
import type { Outbox } from "../outbox/outbox.ts";

const person = staffSession.pick({ user: true, full_name: true });
type Person = z.infer<typeof person>;

export interface Session extends Person {
  readonly outbox: Outbox;
  readonly carried: Carried;
}

/** Read without waiting: what opens the app. */
const PERSON = "gigafibre-person";
/** Somebody signed out with no network: ERPNext has yet to hear it. */
const SIGN_OUT_OWED = "gigafibre-sign-out-owed";

const database = new FieldDatabase();

export const session = shallowRef<Session | null>(null);

function open(who: Person): void {
  session.value?.carried.close();
  session.value?.outbox.close();
  localStorage.setItem(PERSON, JSON.stringify(who));
  const outbox = openOutbox(who.user, { database });
  session.value = { ...who, outbox, carried: openCarried(database, who.user, outbox) };
}

/** The last person known, with or without a network. */
export function resumeSession(): void {
  const known = person.safeParse(JSON.parse(localStorage.getItem(PERSON) ?? "null"));
  if (known.success) open(known.data);
  window.addEventListener("online", () => void tellSignOut());
  void tellSignOut();
}

/** A second factor is asked for: the code goes out with the name of the attempt. */
export interface SecondFactor {
  readonly tmp_id: string;
}

const loginAnswer = z.looseObject({ tmp_id: z.string().optional() });

/** @throws HubRefusal */
export async function signIn(fields: { usr: string; pwd: string } | { otp: string; tmp_id: string }): Promise<SecondFactor | null> {
  localStorage.removeItem(SIGN_OUT_OWED);
  const { tmp_id } = await login(fields);
  if (tmp_id !== undefined) return { tmp_id };
  const who = await askHub(staffSession, "/api/session");
  const same = session.value?.user === who.user;
  if (same && session.value) {
    // They are signed in: what is unsent goes out behind their back, however long a weak network takes.
    void session.value.outbox.flush();
    void session.value.carried.resume();
  } else open({ user: who.user, full_name: who.full_name });
  return null;
}

async function login(fields: Record<string, string>): Promise<z.infer<typeof loginAnswer>> {
  try {
    return await askHub(loginAnswer, "/api/method/login", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(fields) });
  } catch (error) {
    // ERPNext says it in words of its own.
    if (error instanceof HubRefusal && error.status === 401) throw new HubRefusal(401, "wrong_password", WRONG_PASSWORD, error);
    throw error;
  }
}

const WRONG_PASSWORD = {
  fr: "Ce courriel et ce mot de passe ne vont pas ensemble. Rien n'a changé dans l'appareil; vérifiez-les et réessayez.",
  en: "This e-mail and password do not match. Nothing changed on the device; check them and try again.",
};

/** What was carried goes from the phone, passwords of WiFi first of all; what is unsent stays, under this person's name. */
export async function signOut(): Promise<void> {
  const leaving = session.value;
  if (!leaving) return;
  leaving.carried.close();
  leaving.outbox.close();
  await leaving.carried.forget();
  localStorage.removeItem(PERSON);
  localStorage.setItem(SIGN_OUT_OWED, "yes");
  session.value = null;
  await tellSignOut();
}

async function tellSignOut(): Promise<void> {
  if (localStorage.getItem(SIGN_OUT_OWED) === null || session.value) return;
  const told = await askHub(z.unknown(), "/api/method/logout", { method: "POST" }).then(
    () => true,
    // Without a network it is told later; one that ERPNext does not know any more is signed out.
    (error: unknown) => error instanceof HubRefusal && error.status >= 400 && error.status < 500,
  );
  if (told) localStorage.removeItem(SIGN_OUT_OWED);
}

/** For what is shown only while somebody works here. */
export function useSession(): Session {
  if (!session.value) throw new Error("nobody is signed in");
  return session.value;
}
