/** What the whole order stands on: ERPNext's unit of work, hurried. Through REST, as the hub calls it. */
import { randomUUID } from "node:crypto";
import type { Case } from "./case.ts";
import type { World } from "./world.ts";

const AT_ONCE = 20;
/** Answers that say "not now": the hub asks again with the same key. */
const NOT_NOW = new Set(["QueryDeadlockError", "QueryTimeoutError", "DocumentLockedError"]);
const ATTEMPTS = 50;

interface Answered {
  readonly landed: boolean;
  readonly replayed: boolean;
  readonly text: string;
}

async function commit(world: World, key: string, steps: readonly object[]): Promise<Answered> {
  for (let attempt = 1; ; attempt += 1) {
    const { status, body } = await world.reader.write("POST", "/api/method/gigafibre_fsm.api.unit_of_work.commit", { key, steps });
    const text = JSON.stringify(body);
    if (status < 400) return { landed: true, replayed: (body["message"] as { replayed: boolean }).replayed, text };
    const exc = [body["exc_type"], (body["step"] as { exc_type?: unknown } | undefined)?.exc_type].map(String);
    if (!exc.some((type) => NOT_NOW.has(type)) || attempt === ATTEMPTS) return { landed: false, replayed: false, text };
  }
}

/** A premises of its own for each situation. */
async function premises(world: World): Promise<{ customer: string; location: string }> {
  const mark = randomUUID().slice(0, 8);
  const { landed, text } = await commit(world, `faults:premises:${mark}`, [
    { op: "insert", doctype: "Customer", as: "customer", values: { customer_name: `Presse ${mark}`, customer_type: "Individual", customer_group: "Résidentiel" } },
    {
      op: "insert",
      doctype: "Service Location",
      values: {
        customer: { $ref: "customer.name" },
        status: "Pending Install",
        connection_type: "Other",
        address_line: `${mark} Rang de la Presse`,
        city: "Havelock",
        postal_code: "J0S 2C0",
      },
    },
  ]);
  if (!landed) throw new Error(`the premises could not be made: ${text}`);
  const { documents } = (JSON.parse(text) as { message: { documents: { doctype: string; name: string }[] } }).message;
  const nameOf = (doctype: string): string => documents.find((document) => document.doctype === doctype)?.name ?? "";
  world.madeInDesk({ Customer: 1, "Service Location": 1 });
  return { customer: nameOf("Customer"), location: nameOf("Service Location") };
}

const FREE = "À prendre";

const ont = (place: { customer: string; location: string }): object => ({
  op: "insert",
  doctype: "Service Equipment",
  values: { customer: place.customer, service_location: place.location, equipment_type: "ONT", status: "En attente", brand: FREE },
});

async function equipmentAt(world: World, location: string): Promise<number> {
  const count = (await world.reader.list("Service Equipment", [["service_location", "=", location]])).length;
  world.madeInDesk({ "Service Equipment": count });
  return count;
}

const severally = <T>(work: (index: number) => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: AT_ONCE }, (_, index) => work(index)));

async function oneKey(world: World): Promise<string[]> {
  const place = await premises(world);
  const key = `faults:one-key:${place.location}`;
  const answers = await severally(() => commit(world, key, [ont(place)]));
  const wrote = answers.filter(({ landed, replayed }) => landed && !replayed).length;
  const replayed = answers.filter((answer) => answer.replayed).length;
  const count = await equipmentAt(world, place.location);
  return [
    ...(wrote === 1 && replayed === AT_ONCE - 1 ? [] : [`${wrote} wrote and ${replayed} replayed`]),
    ...(count === 1 ? [] : [`${count} documents, not 1`]),
  ];
}

/** A device that the others want too. */
async function oneDevice(world: World): Promise<{ name: string; location: string }> {
  const place = await premises(world);
  const made = await commit(world, `faults:made:${place.location}`, [ont(place)]);
  await equipmentAt(world, place.location);
  const { name } = (JSON.parse(made.text) as { message: { documents: { name: string }[] } }).message.documents[0] ?? { name: "" };
  return { name, location: place.location };
}

const take = (name: string, index: number): object => ({ op: "update", doctype: "Service Equipment", name, values: { brand: `Marque ${index}` } });

async function takenUnderLock(world: World, stepsOf: (device: { name: string; location: string }, index: number) => object[]): Promise<string[]> {
  const device = await oneDevice(world);
  const answers = await severally((index) => commit(world, `faults:take:${device.name}:${index}`, stepsOf(device, index)));
  const landed = answers.filter((answer) => answer.landed).length;
  return landed === 1 ? [] : [`${landed} of ${AT_ONCE} found it as they expected`];
}

export const UNIT_OF_WORK: readonly Case[] = [
  { name: "twenty units of work at once with one key: one writes, the others are given its answer", quick: true, run: oneKey },
  {
    name: "twenty units of work that each expect one device to be left: one lands",
    quick: true,
    run: (world) =>
      takenUnderLock(world, ({ name, location }, index) => [
        { op: "expect", doctype: "Service Equipment", filters: { service_location: location, brand: FREE }, count: 1 },
        take(name, index),
      ]),
  },
  {
    name: "twenty updates that each expect the field as it was: one lands",
    quick: true,
    run: (world) => takenUnderLock(world, ({ name }, index) => [{ ...take(name, index), expect: { brand: FREE } }]),
  },
];
