/** Numbers as people here type them: with a comma or a point. */
export function numberOf(typed: string): number | null {
  const text = typed.trim().replace(",", ".").replace(/^[−–]/, "-").replace(/\s/g, "");
  return /^-?\d{1,6}(\.\d{1,4})?$/.test(text) ? Number(text) : null;
}

/** `99,95` to cents; null where it is no amount above nothing. */
export function centsOf(typed: string): number | null {
  const text = typed.trim().replace(/[\s$\u00a0]/g, "").replace(",", ".");
  const match = /^(\d{1,6})(?:\.(\d{1,2}))?$/.exec(text);
  if (!match) return null;
  const amount = Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
  return amount > 0 ? amount : null;
}
