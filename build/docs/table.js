/** Tables in Markdown. */

/** Text for a cell. */
export const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '\\<');

/** Names as code, in a list. */
export const codes = (names) => names.map((name) => `\`${name}\``).join(', ');

export const unique = (list) => [...new Set(list)];

/** @param head - The names of the columns. @param rows - Lists of cells. */
export function table(head, rows) {
  const line = (cells) => `|${cells.map((text) => (text ? ` ${text} ` : ' ')).join('|')}|`;
  return [head, head.map(() => '---'), ...rows].map(line).join('\n');
}
