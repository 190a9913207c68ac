/** From value to value by Tab, in the order of the page. */
export function openNext(from: HTMLElement, back: boolean): boolean {
  const all = [...document.querySelectorAll<HTMLElement>(".editable")];
  const here = all.indexOf(from);
  const next = (back ? all.slice(0, here).reverse() : all.slice(here + 1)).map((each) => each.querySelector<HTMLElement>(".opens")).find((each) => each !== null);
  if (!next) return false;
  // One that is ticked is only gone to.
  if (next instanceof HTMLInputElement) next.focus();
  else next.click();
  return true;
}
