import type { EmailBlock } from "./email-html.ts";

const WIDTH = 56;

/** The same e-mail for readers without HTML, with money in a column. */
export function emailText(blocks: readonly EmailBlock[]): string {
  return blocks.map(textOf).join("\n\n") + "\n";
}

function textOf(block: EmailBlock): string {
  switch (block.kind) {
    case "facts":
      return block.rows.map(([label, value]) => `${label}: ${value}`).join("\n");
    case "table":
      return [block.title, "-".repeat(WIDTH), ...block.rows.map(({ label, amount }) => label.padEnd(WIDTH - amount.length - 1) + " " + amount)].join("\n");
    case "button":
    case "link":
      return `${block.text}: ${block.url}`;
    default:
      return block.text;
  }
}
