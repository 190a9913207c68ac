/** Area, exchange and line of a number of North America's, however it is written. */
const partsOf = (phone: string): readonly string[] => /^\+?1?([2-9]\d{2})([2-9]\d{2})(\d{4})$/.exec(phone.replaceAll(/[\s\u00a0().-]/g, ""))?.slice(1) ?? [];

/** A number as people here write it, however it is kept: `+14505550123` is `450 555-0123`. What is none of North America's stays as it is. */
export function formatPhone(phone: string): string {
  const [area, exchange, line] = partsOf(phone);
  return area === undefined || exchange === undefined || line === undefined ? phone : `${area} ${exchange}-${line}`;
}

/** A number as it is kept, E.164; what is none of North America's stays as it was typed. */
export function keptPhone(typed: string): string {
  const parts = partsOf(typed);
  return parts.length === 0 ? typed : `+1${parts.join("")}`;
}
