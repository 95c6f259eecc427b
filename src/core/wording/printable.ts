/** Makes text from files and from other machines safe to print. */

/** Characters that control a terminal, end a line, are invisible, or reverse the direction of text. */
export const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Whether a text has none of these characters. */
export const isPrintable = (text: string): boolean => text.search(UNSEEN) < 0;

/** The text on one line, with a question mark for each of these characters. */
export const printable = (text: string): string => text.replace(UNSEEN, '?');

/** The text with asterisks in place of passwords and keys. Empty ones are ignored. */
export const withoutSecrets = (text: string, secrets: readonly (string | undefined)[]): string =>
  secrets.reduce<string>((shown, secret) => (secret ? shown.replaceAll(secret, '***') : shown), text);

/** A message that is safe to print, with its line breaks as spaces. */
export const inSight = (message: string): string => printable(message.trim().replace(/\s*[\r\n]\s*/g, ' '));
