/** The built website: which file answers which address. */
import { readdir } from "node:fs/promises";
import path from "node:path";

export interface Page {
  /** Relative to the site's folder, with forward slashes. */
  readonly file: string;
  readonly status: 200 | 404;
}

/** Addresses of the hub's own, of which the website has none: an unknown one is no page. */
const NOT_PAGES = new Set(["api", "client", "devices", "docs", "events", "field", "files", "healthz", "inbox", "metrics", "ops", "pay", "private", "problems", "readyz", "webhooks"]);

const IS_FILE = /\.[a-z0-9]+$/i;

export class SitePages {
  readonly #files: ReadonlySet<string>;

  constructor(files: Iterable<string>) {
    this.#files = new Set(files);
  }

  /** Reads the folder once: what is not in it then is not served, however an address is spelled. */
  static async read(root: string): Promise<SitePages> {
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
    return new SitePages(files.map((file) => file.split(path.sep).join("/")).filter((file) => !file.split("/").some((part) => part.startsWith("."))));
  }

  /**
   * `/commande` is `commande.html` or `commande/index.html`; `/commande/{anything}` is `commande/_.html`, a page for any order. An address that
   * is none of the site's gets its page for that, with 404; a file that is not there is no page.
   * @param pathname decoded, beginning with a slash.
   */
  find(pathname: string): Page | null {
    const asked = pathname.replace(/^\//, "");
    const [first = ""] = asked.split("/");
    if (NOT_PAGES.has(first)) return null;
    const inFolder = asked.includes("/") ? `${asked.slice(0, asked.lastIndexOf("/"))}/_.html` : null;
    const named = asked === "" ? ["index.html"] : [asked, `${asked}.html`, `${asked}/index.html`, ...(inFolder ? [inFolder] : [])];
    const isFile = IS_FILE.test(asked);
    const file = (isFile ? [asked] : named).find((candidate) => this.#files.has(candidate));
    if (file !== undefined) return { file, status: 200 };
    if (isFile) return null;
    const missing = [`${first}/404.html`, "404.html"].find((candidate) => this.#files.has(candidate));
    return missing === undefined ? null : { file: missing, status: 404 };
  }

  /** For an app of one page, which finds its own way: its file, or that page for any address that is not spelled like a file's. */
  fileOfApp(asked: string): string | null {
    if (this.#files.has(asked)) return asked;
    return IS_FILE.test(asked) || !this.#files.has("index.html") ? null : "index.html";
  }
}

/** How long a file may be kept. What a build names after its content never changes. */
export function cacheControl(file: string): string {
  if (file.startsWith("assets/")) return "public, max-age=31536000, immutable";
  if (file.endsWith(".html") || file === "sw.js") return "no-cache";
  return "public, max-age=3600";
}
