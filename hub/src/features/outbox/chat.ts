/** A line to dispatch, in Slack or Teams. Neither can be asked what it has; the order's number shows a repeat for what it is. */
import type { Config } from "../../config.ts";
import type { Channel } from "./channel.ts";
import { post } from "./post.ts";
import type { ChatPayload } from "./rows.ts";

export function chatChannel(config: Pick<Config, "SLACK_WEBHOOK_URL" | "TEAMS_WEBHOOK_URL">): Channel {
  const url = config.SLACK_WEBHOOK_URL ?? config.TEAMS_WEBHOOK_URL;
  if (url === undefined) return { missing: "neither SLACK_WEBHOOK_URL nor TEAMS_WEBHOOK_URL is set", send: () => Promise.reject(new Error("no chat")) };
  const form = config.SLACK_WEBHOOK_URL === undefined ? teamsMessage : slackMessage;
  return { missing: null, send: (payload) => post(url, JSON.stringify(form(payload as ChatPayload)), {}) };
}

/** Slack reads `<url|label>` as a link; the three characters that begin one are written out everywhere else. */
function slackMessage({ text, link }: ChatPayload): object {
  const plain = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const line = link ? `${plain}\n<${link.url}|${link.label}>` : plain;
  return { text: line, blocks: [{ type: "section", text: { type: "mrkdwn", text: line } }] };
}

/** An Adaptive Card, as a Workflows URL takes it. */
function teamsMessage({ text, link }: ChatPayload): object {
  return {
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        content: {
          $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
          type: "AdaptiveCard",
          version: "1.4",
          body: text.split("\n").map((line) => ({ type: "TextBlock", text: line, wrap: true })),
          actions: link ? [{ type: "Action.OpenUrl", title: link.label, url: link.url }] : [],
        },
      },
    ],
  };
}
