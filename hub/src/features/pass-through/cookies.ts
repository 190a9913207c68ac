/** ERPNext's cookies on the hub's origin. */

/** What Frappe sets at login; any other cookie stays behind. */
const KNOWN = new Set(["sid", "system_user", "full_name", "user_id", "user_image", "preferred_language"]);
const KEPT_ATTRIBUTES = new Set(["expires", "max-age", "httponly"]);

/**
 * A `Set-Cookie` of ERPNext's as the hub sends it: its own host and path, never to another site, over TLS only where there is TLS, the
 * session out of scripts' reach.
 * @returns null for a cookie that is none of Frappe's.
 */
export function rewriteSetCookie(header: string, secure: boolean): string | null {
  const [pair = "", ...attributes] = header.split(";").map((part) => part.trim());
  const name = pair.slice(0, pair.indexOf("="));
  if (!KNOWN.has(name)) return null;
  const kept = attributes.filter((attribute) => KEPT_ATTRIBUTES.has(attribute.split("=")[0]?.toLowerCase() ?? ""));
  const hidden = kept.some((attribute) => attribute.toLowerCase() === "httponly");
  return [
    pair,
    ...kept,
    "Path=/",
    ...(name === "sid" && !hidden ? ["HttpOnly"] : []),
    ...(secure ? ["Secure"] : []),
    "SameSite=Lax",
  ].join("; ");
}
