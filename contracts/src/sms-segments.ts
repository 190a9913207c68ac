/** How an SMS is counted: in GSM's alphabet 160 characters alone or 153 each, 70 or 67 with any other character in it. */

/** GSM 03.38's basic alphabet, and what is written with an escape and counts twice. */
const BASIC = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà]$/;
const ESCAPED = /^[\f^{}\\[~\]|€]$/;

export const isGsm = (character: string): boolean => BASIC.test(character);

export interface SmsLength {
  readonly segments: number;
  /** The characters for which each segment holds less than half. */
  readonly costly: readonly string[];
}

export function smsLength(text: string): SmsLength {
  const characters = [...text];
  const costly = [...new Set(characters.filter((character) => !BASIC.test(character) && !ESCAPED.test(character)))];
  const [length, alone, each] = costly.length > 0 ? [text.length, 70, 67] : [characters.reduce((sum, character) => sum + (ESCAPED.test(character) ? 2 : 1), 0), 160, 153];
  return { segments: length <= alone ? 1 : Math.ceil(length / each), costly };
}
