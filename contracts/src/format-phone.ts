/** A number as people here write it, however it is kept: `+14505550123` is `450 555-0123`. What is none of North America's stays as it is. */
export function formatPhone(phone: string): string {
  const [, area, exchange, line] = /^\+?1?([2-9]\d{2})([2-9]\d{2})(\d{4})$/.exec(phone.replaceAll(/[\s\u00a0().-]/g, "")) ?? [];
  return area === undefined || exchange === undefined || line === undefined ? phone : `${area} ${exchange}-${line}`;
}
