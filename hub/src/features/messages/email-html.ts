/** E-mail in the house's colours, in the HTML that mail readers still understand: tables and inline styles. */
import type { Language } from "@gigafibre/contracts/language";
import { escapeHtml } from "./escape-html.ts";

export type EmailBlock =
  | { readonly kind: "paragraph" | "notice"; readonly text: string }
  | { readonly kind: "facts"; readonly rows: readonly (readonly [label: string, value: string])[] }
  | { readonly kind: "table"; readonly title: string; readonly rows: readonly { label: string; amount: string; strong?: boolean }[] }
  | { readonly kind: "button" | "link"; readonly text: string; readonly url: string };

/** As in the theme: deep green, bright green, sand, slate. */
const COLOUR = { brand: "#0b3d2e", action: "#19a974", sand: "#f6f2ea", ink: "#1f2a27", muted: "#5b6763", line: "#e2ddd2" } as const;
const FONT = "Inter,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

export function emailHtml(title: string, language: Language, blocks: readonly EmailBlock[]): string {
  return `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title></head>
<body style="margin:0;padding:0;background:${COLOUR.sand}">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:${COLOUR.sand}"><tr><td align="center" style="padding:24px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;background:#ffffff;border-radius:8px;font-family:${FONT};font-size:16px;line-height:1.5;color:${COLOUR.ink}">
<tr><td style="background:${COLOUR.brand};border-radius:8px 8px 0 0;padding:20px 28px;color:#ffffff;font-size:20px;font-weight:600">Gigafibre</td></tr>
<tr><td style="padding:28px">
${blocks.map(htmlOf).join("\n")}
</td></tr></table>
</td></tr></table>
</body>
</html>
`;
}

function htmlOf(block: EmailBlock): string {
  switch (block.kind) {
    case "paragraph":
      return `<p style="margin:0 0 16px">${escapeHtml(block.text)}</p>`;
    case "notice":
      return `<p style="margin:0 0 20px;padding:12px 16px;background:${COLOUR.sand};border-radius:8px;font-weight:600">${escapeHtml(block.text)}</p>`;
    case "facts":
      return `<table role="presentation" cellpadding="0" cellspacing="0" style="margin:0 0 20px">${block.rows
        .map(
          ([label, value]) =>
            `<tr><td style="padding:2px 16px 2px 0;color:${COLOUR.muted};vertical-align:top">${escapeHtml(label)}</td><td style="padding:2px 0">${escapeHtml(value)}</td></tr>`,
        )
        .join("")}</table>`;
    case "table":
      return `<h2 style="margin:0 0 4px;font-size:16px;color:${COLOUR.brand}">${escapeHtml(block.title)}</h2>
<table width="100%" cellpadding="0" cellspacing="0" style="margin:0 0 20px;border-collapse:collapse">${block.rows.map(moneyRow).join("")}</table>`;
    case "button":
      return `<p style="margin:0 0 20px"><a href="${escapeHtml(block.url)}" style="display:inline-block;padding:12px 24px;background:${COLOUR.brand};color:#ffffff;border-radius:8px;text-decoration:none;font-weight:600">${escapeHtml(block.text)}</a></p>`;
    case "link":
      return `<p style="margin:0 0 20px"><a href="${escapeHtml(block.url)}" style="color:${COLOUR.brand}">${escapeHtml(block.text)}</a></p>`;
  }
}

function moneyRow({ label, amount, strong }: { label: string; amount: string; strong?: boolean }): string {
  const weight = strong ? "font-weight:700;" : "";
  return `<tr><td style="${weight}padding:6px 0;border-bottom:1px solid ${COLOUR.line}">${escapeHtml(label)}</td><td align="right" style="${weight}padding:6px 0;border-bottom:1px solid ${COLOUR.line};white-space:nowrap;font-variant-numeric:tabular-nums">${escapeHtml(amount)}</td></tr>`;
}
