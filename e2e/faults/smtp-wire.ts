/** An SMTP line that can be cut for one addressee: before a message is handed over, or after it was accepted and before the sender is told. */
import { createServer, connect } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

export type SmtpFault = "drop_before" | "drop_after";

export interface SmtpRule {
  readonly kind: SmtpFault;
  /** Compared with the envelope and the message. */
  readonly about: string;
  readonly times?: number;
}

export interface SmtpWire {
  readonly url: string;
  add(rule: SmtpRule): () => number;
  close(): Promise<void>;
}

export async function openSmtpWire(port: number): Promise<SmtpWire> {
  let standing: { readonly rule: SmtpRule; hits: number }[] = [];
  const sockets = new Set<Socket>();
  const take = (kind: SmtpFault, said: string): boolean => {
    const entry = standing.find(
      ({ rule, hits }) => rule.kind === kind && (rule.times === undefined || hits < rule.times) && said.toLowerCase().includes(rule.about.toLowerCase()),
    );
    if (entry) entry.hits += 1;
    return entry !== undefined;
  };

  const server: Server = createServer((sender) => {
    const receiver = connect(port, "127.0.0.1");
    const cut = (): void => {
      sender.destroy();
      receiver.destroy();
    };
    /** What the sender said of the message under way. */
    let said = "";
    let handedOver = false;
    for (const socket of [sender, receiver]) {
      sockets.add(socket);
      socket.on("error", cut);
      socket.on("close", () => {
        sockets.delete(socket);
        cut();
      });
    }
    sender.on("data", (data) => {
      said += data.toString("utf8");
      if (/^RCPT TO:/im.test(data.toString("utf8")) && take("drop_before", said)) return cut();
      handedOver ||= said.endsWith("\r\n.\r\n");
      receiver.write(data);
    });
    receiver.on("data", (data) => {
      if (handedOver) {
        // The receiver's answer to the message: it has it from here on.
        if (data.toString("utf8").startsWith("250") && take("drop_after", said)) return cut();
        handedOver = false;
        said = "";
      }
      sender.write(data);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const own = (server.address() as AddressInfo).port;
  return {
    url: `smtp://127.0.0.1:${own}`,
    add(rule) {
      const entry = { rule, hits: 0 };
      standing = [...standing, entry];
      return () => {
        standing = standing.filter((other) => other !== entry);
        return entry.hits;
      };
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
