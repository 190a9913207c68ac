import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { VisitActionBody } from "@gigafibre/contracts/visits";
import { eventually, Phone, USER } from "../../../testing/phone.ts";
import type { Tab } from "../../../testing/phone.ts";
import { MOVED_JOB, REFUSED_TEXT, TestHub } from "../../../testing/test-hub.ts";
import type { OutboxStatus } from "./outbox.ts";
import { photoBody } from "./photo-file.ts";
import { OutboxRefusal, remediesOf } from "./reasons.ts";

const note = (text: string): VisitActionBody => ({ kind: "note", text });

describe("the outbox", () => {
  let hub: TestHub;
  let phone: Phone;
  beforeEach(() => {
    hub = new TestHub();
    phone = new Phone(hub);
  });
  afterEach(() => phone.close());

  const states = async (): Promise<string[]> => (await phone.rows()).map(({ state }) => state);
  const texts = (): string[] => hub.applied.map(({ action }) => (action.kind === "note" ? action.text : action.kind));
  const allDone = () => eventually("the end", async () => (await states()).every((state) => state === "done"));
  const statusOf = ({ outbox }: Tab): OutboxStatus => {
    let now: OutboxStatus = { state: "idle", reason: null };
    outbox.onStatus((status) => (now = status))();
    return now;
  };

  it("keeps an action before it sends it, and sends it by itself", async () => {
    const tab = phone.open();
    const added = await tab.outbox.add("JOB-1", note("un"));
    expect(added).toMatchObject({ user: USER, sequence: 1, after: null, state: "waiting", version: 1 });
    await allDone();
    expect(texts()).toEqual(["un"]);
    expect((await phone.rows())[0]).toMatchObject({ outcome: "applied", tries: 1 });
  });

  it("keeps the order of a job, each action after the one before it", async () => {
    hub.fate("cut_before", "cut_before", "cut_before");
    const { outbox } = phone.open();
    for (const text of ["un", "deux", "trois"]) await outbox.add("JOB-1", note(text));
    await allDone();
    expect(texts()).toEqual(["un", "deux", "trois"]);
    const [un, deux, trois] = hub.applied;
    expect([un?.after, deux?.after, trois?.after].filter((after) => after !== null).every((after) => [un?.id, deux?.id].includes(after ?? ""))).toBe(true);
  });

  it("keeps what a page holds as its state", async () => {
    const { outbox } = phone.open();
    await outbox.add("JOB-1", new Proxy(note("réactif"), {}));
    await allDone();
    expect(texts()).toEqual(["réactif"]);
  });

  it("takes two taps of one hand as one action, and the same note later as another", async () => {
    const { outbox } = phone.open();
    const [one, other] = await Promise.all([outbox.add("JOB-1", { kind: "start" }), outbox.add("JOB-1", { kind: "start" })]);
    expect(one.id).toBe(other.id);
    phone.passes(5_000);
    expect((await outbox.add("JOB-1", { kind: "start" })).id).not.toBe(one.id);
    await allDone();
    expect(hub.applied).toHaveLength(2);
  });

  it("stops one job at what the hub refuses, says why and what can be done, and goes on with the others", async () => {
    const { outbox } = phone.open();
    const refused = await outbox.add("JOB-1", note(REFUSED_TEXT));
    await outbox.add("JOB-1", note("après"));
    await outbox.add("JOB-2", note("ailleurs"));
    await eventually("the refusal", async () => (await states()).join() === "refused,waiting,done");
    const [row] = await phone.rows();
    expect(row?.reason).toMatchObject({ name: "action_refused", fr: expect.stringContaining("ERPNext") as string, en: expect.stringContaining("ERPNext") as string });
    expect(row && remediesOf(row)).toEqual(["retry", "edit", "discard"]);
    await outbox.edit(refused.id, note("corrigé"));
    await allDone();
    expect(texts()).toEqual(["ailleurs", "corrigé", "après"]);
    expect(hub.applied[1]?.id).not.toBe(refused.id);
  });

  it("lets what came after a discarded action follow what was before it", async () => {
    const { outbox } = phone.open();
    hub.signedIn = false;
    const ids: string[] = [];
    for (const text of ["un", REFUSED_TEXT, "trois"]) ids.push((await outbox.add("JOB-1", note(text))).id);
    hub.signedIn = true;
    await outbox.flush();
    await eventually("the refusal", async () => (await states()).includes("refused"));
    await outbox.discard(ids[1] ?? "");
    expect((await phone.rows()).at(-1)?.after).toBe(ids[0]);
    await allDone();
    expect(texts()).toEqual(["un", "trois"]);
  });

  it("changes nothing that may have arrived, and says so", async () => {
    hub.fate("cut_after", ...Array.from({ length: 2_000 }, () => "cut_before" as const));
    const { outbox } = phone.open();
    const { id } = await outbox.add("JOB-1", note("un"));
    await eventually("a try", async () => ((await phone.rows())[0]?.tries ?? 0) > 1);
    for (const change of [outbox.discard(id), outbox.edit(id, note("deux"))]) {
      await expect(change).rejects.toMatchObject({ reason: { name: "may_have_arrived" } });
    }
    hub.fate();
    await allDone();
    expect(texts()).toEqual(["un"]);
  });

  it("waits for somebody to sign in after a 401, asks nothing meanwhile, and loses nothing", async () => {
    hub.fate("signed_out");
    const tab = phone.open();
    await tab.outbox.add("JOB-1", note("un"));
    await eventually("the pause", () => statusOf(tab).state === "sign_in_required");
    await tab.outbox.add("JOB-1", note("deux"));
    phone.page.dispatchEvent(new Event("online"));
    expect(hub.requests).toBe(1);
    hub.signedIn = true;
    await tab.outbox.flush();
    await allDone();
    expect(texts()).toEqual(["un", "deux"]);
  });

  it("believes no welcome page and no proxy: only the hub's own answer settles an action", async () => {
    hub.fate("welcome_page", "proxy_error", "unavailable", "busy");
    const { outbox } = phone.open();
    await outbox.add("JOB-1", note("un"));
    await allDone();
    expect([texts(), hub.requests]).toEqual([["un"], 5]);
  });

  it.each(["online", "visibilitychange", "pageshow"])("goes at once when the page says %s, however long it would have rested", async (event) => {
    hub.fate("cut_before");
    const tab = phone.open(USER, undefined, { firstMs: 3_600_000, longestMs: 3_600_000 });
    await tab.outbox.add("JOB-1", note("un"));
    await eventually("the rest", () => statusOf(tab).state === "resting");
    expect(hub.requests).toBe(1);
    phone.page.dispatchEvent(new Event(event));
    await allDone();
    expect(texts()).toEqual(["un"]);
  });

  it("waits as long as it is asked to, whatever the network does, until the person asks", async () => {
    let asked = 0;
    const answers = hub.fetch;
    const busy = new Phone(Object.assign(hub, {
      fetch: async (url: string, init: RequestInit) => {
        if (asked++ > 0) return answers(url, init);
        return Response.json({ type: "/problems/too_many_requests", status: 429, reason: "too_many_requests", message: { fr: "Trop", en: "Too many" } }, { status: 429, headers: { "retry-after": "600" } });
      },
    }));
    const { outbox } = busy.open();
    let passes = 0;
    outbox.onStatus(({ state }) => (passes += state === "resting" ? 1 : 0));
    const passedAfter = async (what: () => unknown): Promise<void> => {
      const before = passes;
      await what();
      await eventually("a pass that sends nothing", () => passes > before);
    };
    await passedAfter(() => outbox.add("JOB-1", note("un")));
    await passedAfter(() => busy.page.dispatchEvent(new Event("online")));
    await passedAfter(() => outbox.add("JOB-1", note("deux")));
    expect(asked).toBe(1);
    await outbox.flush();
    expect(texts()).toEqual(["un", "deux"]);
    busy.close();
  });

  it("shows what is kept for dispatch until the person has seen it", async () => {
    const { outbox, database } = phone.open();
    const { id } = await outbox.add(MOVED_JOB, note("fait quand même"));
    await allDone();
    await outbox.carrying(async () => undefined);
    const shown = async () => (await firstOf(outbox.pending())).map(({ outcome }) => outcome);
    expect(await shown()).toEqual(["kept_for_dispatch"]);
    expect(await database.actions.get(id).then((row) => row && remediesOf(row))).toEqual(["discard"]);
    await outbox.discard(id);
    expect(await shown()).toEqual([]);
  });

  it("goes on showing what was done until the days carried say it", async () => {
    const { outbox } = phone.open();
    await outbox.add("JOB-1", note("un"));
    await allDone();
    expect(await firstOf(outbox.pending("JOB-1"))).toHaveLength(1);
    await outbox.carrying(async () => {
      await outbox.add("JOB-1", note("pendant"));
      await eventually("the end", async () => (await states()).every((state) => state === "done"));
    });
    expect((await firstOf(outbox.pending("JOB-1"))).map(({ action }) => action)).toEqual([note("pendant")]);
  });

  it("takes up what a killed tab was sending, under the same id", async () => {
    const tab = phone.open();
    let release = (): void => undefined;
    const answers = hub.fetch;
    const held = new Promise<void>((resolve) => (release = resolve));
    Object.assign(hub, { fetch: async (url: string, init: RequestInit) => (await answers(url, init), await held, new Response()) });
    const { id } = await tab.outbox.add("JOB-1", note("un"));
    await eventually("the request", () => hub.applied.length === 1);
    expect(await states()).toEqual(["sending"]);
    tab.kill();
    release();
    Object.assign(hub, { fetch: answers });
    phone.open();
    await allDone();
    expect([texts(), (await phone.rows())[0]?.id]).toEqual([["un"], id]);
  });

  it("takes over from a tab that is frozen in the middle, once it is silent", async () => {
    const answers = hub.fetch;
    Object.assign(hub, { fetch: () => new Promise(() => undefined) });
    const frozen = phone.open();
    await frozen.outbox.add("JOB-1", note("un"));
    await eventually("the request", async () => (await states()).includes("sending"));
    frozen.freeze();
    Object.assign(hub, { fetch: answers });
    const other = phone.open(USER, 1_000);
    await other.outbox.flush();
    expect(hub.applied).toEqual([]);
    phone.passes(2_000);
    await other.outbox.flush();
    await allDone();
    expect(texts()).toEqual(["un"]);
  });

  it("lets one tab send for all, and another go on when it is gone", async () => {
    const [one, other] = [phone.open(), phone.open()];
    await Promise.all([one.outbox.add("JOB-1", note("un")), other.outbox.add("JOB-1", note("deux")), other.outbox.add("JOB-2", note("trois"))]);
    await allDone();
    one.kill();
    await other.outbox.add("JOB-1", note("quatre"));
    await allDone();
    expect(texts().sort()).toEqual(["deux", "quatre", "trois", "un"]);
    expect(hub.requests).toBe(4);
  });

  it("is not held up by a clock that jumps, and says how long ago something was done at least", async () => {
    hub.fate("cut_before", "cut_before", "cut_before");
    const { outbox } = phone.open();
    await outbox.add("JOB-1", note("un"));
    phone.passes(60_000);
    phone.clockOff -= 365 * 86_400_000;
    await outbox.add("JOB-1", note("deux"));
    await allDone();
    const [un] = hub.applied;
    expect(Date.parse(un?.sent_at ?? "") - Date.parse(un?.made_at ?? "")).toBeGreaterThanOrEqual(0);
    expect(texts()).toEqual(["un", "deux"]);
  });

  it("tells a hub again what it forgot when it was put back to a backup", async () => {
    const { outbox } = phone.open();
    hub.fate("cut_before");
    const un = await outbox.add("JOB-1", note("un"));
    const deux = await outbox.add("JOB-1", note("deux"));
    expect(deux.after).toBe(un.id);
    await allDone();
    // It holds neither; the third comes after them on the phone.
    hub.forget(un.id, deux.id);
    hub.applied.splice(0);
    const tab = phone.tabs[0];
    await tab?.database.actions.update(deux.id, { state: "waiting" });
    await outbox.flush();
    await allDone();
    expect(texts()).toEqual(["un", "deux"]);
  });

  it("sends a photo in pieces after its action, goes on where it was cut, and lets its file go once the hub holds it", async () => {
    const content = crypto.getRandomValues(new Uint8Array(60_000));
    const blob = new Blob(Array.from({ length: 20 }, () => content), { type: "image/jpeg" });
    const body = await photoBody(blob, { caption: "Boîtier", thumbnail: "data:image/jpeg;base64,AAAA" });
    hub.fate("cut_after", "well", "well", "cut_after", "well", "cut_before");
    const { outbox, database } = phone.open();
    await outbox.add("JOB-1", body, { photo: blob });
    expect(await database.photos.count()).toBe(1);
    await outbox.add("JOB-1", note("pendant la photo"));
    await eventually("the photo", async () => (await phone.rows())[0]?.photo === "held");
    expect(hub.contentOf(body.photo)).toEqual(new Uint8Array(await blob.arrayBuffer()));
    expect(await database.photos.count()).toBe(0);
    expect(texts()).toEqual(["photo", "pendant la photo"]);
  });

  it("says that the phone is full, keeps nothing by halves, and keeps what was there", async () => {
    const tab = phone.open();
    hub.signedIn = false;
    await tab.outbox.add("JOB-1", note("gardé"));
    tab.database.actions.hook("creating", () => {
      throw new DOMException("no room", "QuotaExceededError");
    });
    await expect(tab.outbox.add("JOB-1", note("de trop"))).rejects.toBeInstanceOf(OutboxRefusal);
    await expect(tab.outbox.add("JOB-1", note("de trop"))).rejects.toMatchObject({ reason: { name: "storage_full" } });
    expect((await phone.rows()).map(({ action }) => action)).toEqual([note("gardé")]);
  });

  it("sends for its own person only", async () => {
    hub.signedIn = false;
    const tab = phone.open();
    await tab.outbox.add("JOB-1", note("de tech1"));
    tab.kill();
    hub.signedIn = true;
    const other = phone.open("tech2@gigafibre.test");
    await other.outbox.add("JOB-1", note("de tech2"));
    await eventually("the end", () => hub.applied.length === 1);
    expect(texts()).toEqual(["de tech2"]);
    expect(await states()).toEqual(["waiting", "done"]);
  });
});

async function firstOf<T>(observable: { subscribe(next: (value: T) => void, error: (error: unknown) => void): { unsubscribe(): void } }): Promise<T> {
  return new Promise((resolve, reject) => {
    const subscription = observable.subscribe((value) => {
      resolve(value);
      setTimeout(() => subscription.unsubscribe());
    }, reject);
  });
}
