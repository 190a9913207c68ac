/** What is said in headings and on what is pressed, and does not stand there whole. */
import type { Page } from "@playwright/test";

const SAYS = "h1, h2, h3, th button, .q-btn, [role=tab], .pill, nav a, label, dt";

/** A rail of icons says its words to screen readers alone; what may be cut, as a name in a list, says so itself by an ellipsis of its own. */
const LOOK = `(says) => [...document.querySelectorAll(says)].flatMap((element) => {
  const shown = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  if (!shown || element.closest(".sr-only, [aria-hidden=true]") || getComputedStyle(element).display === "inline") return [];
  const own = element.cloneNode(true);
  for (const hidden of own.querySelectorAll(".sr-only")) hidden.remove();
  const [across, down] = [element.scrollWidth - element.clientWidth, element.scrollHeight - element.clientHeight];
  const clips = getComputedStyle(element).overflow !== "visible";
  return across > 1 || (clips && down > 1) ? [own.textContent.trim().slice(0, 60)] : [];
}).filter((text) => text !== "")`;

export const cutTexts = (page: Page): Promise<string[]> => page.evaluate(`(${LOOK})(${JSON.stringify(SAYS)})`);
