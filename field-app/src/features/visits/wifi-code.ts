/** The text of a QR code by which a phone joins a WiFi. */
const escaped = (text: string): string => text.replace(/[\\;,:"]/g, (letter) => `\\${letter}`);

export const wifiCode = ({ ssid, password }: { readonly ssid: string; readonly password: string }): string => `WIFI:T:WPA;S:${escaped(ssid)};P:${escaped(password)};;`;
