/** How an address is written for people: "123A, rue Principale, Saint-Anicet (J0S 1M0)" in the parts that pages show. */
interface Door {
  readonly number: number;
  readonly suffix: string;
  readonly street: string;
  readonly municipality: string;
}

/** "123A Rue Principale", "123 bis Rue Principale". */
export function addressLine({ number, suffix, street }: Omit<Door, "municipality">): string {
  return `${number}${suffix.length > 1 ? " " : ""}${suffix} ${street}`;
}

/** "123A Rue Principale, Saint-Anicet". */
export function addressLabel(door: Door): string {
  return `${addressLine(door)}, ${door.municipality}`;
}
