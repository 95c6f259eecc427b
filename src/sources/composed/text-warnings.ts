/** Turns pages' text problems into warnings: each position in a scene and each font family is reported once. */

import type { TextTrouble } from './page/protocol.js';

/** The maximum number of characters listed in a warning. */
const MAX_SHOWN = 24;

export class TextWarnings {
  private readonly families = new Set<string>();
  private readonly leftOut = new Set<string>();
  /** By position: the characters reported, and those found later. */
  private readonly missing = new Map<string, { reported: Set<string>; later: Set<string> }>();

  /**
   * The warnings to report now. A position whose missing characters keep coming, such as a text being typed, is
   * reported the first time; rest() returns those found later.
   * @param place - The position where the node was created, such as "scenes/mine.tsx:12:7".
   */
  about({ families = [], missing = [], leftOut }: TextTrouble, place: string): string[] {
    const lines: string[] = [];
    const absent = families.filter((family) => !this.families.has(family));
    for (const family of absent) this.families.add(family);
    if (absent.length > 0) lines.push(absentLine(place, absent));
    if (missing.length > 0) {
      const known = this.missing.get(place);
      if (known) {
        for (const character of missing) if (!known.reported.has(character)) known.later.add(character);
      } else {
        this.missing.set(place, { reported: new Set(missing), later: new Set() });
        lines.push(missingLine(place, missing));
      }
    }
    if (leftOut && !this.leftOut.has(`${place} ${leftOut}`)) {
      this.leftOut.add(`${place} ${leftOut}`);
      lines.push(
        `${place}: "${shorten(leftOut)}" is left out: Motion Canvas draws SVGs and formulas as shapes, without ` +
          'characters that its own font lacks. Use a Txt node for this text.',
      );
    }
    return lines;
  }

  /** Warnings about characters found since each position was reported. */
  rest(): string[] {
    const lines: string[] = [];
    for (const [place, { reported, later }] of this.missing) {
      if (later.size > 0) lines.push(missingLine(place, [...later]));
      for (const character of later) reported.add(character);
      later.clear();
    }
    return lines;
  }
}

function absentLine(place: string, families: string[]): string {
  const names = families.map((family) => `"${shorten(family)}"`).join(' or ');
  return (
    `${place}: the font ${names} is not available, so another is used: install it, ` +
    'or load its file with @font-face or FontFace.'
  );
}

function missingLine(place: string, missing: string[]): string {
  const shown = missing.slice(0, MAX_SHOWN).map(printable).join(' ');
  const more = missing.length > MAX_SHOWN ? ` and ${missing.length - MAX_SHOWN} more` : '';
  return (
    `${place}: no available font has ${shown}${more}, so a gap or a box is drawn: install a font that does, or load ` +
    'one with @font-face or FontFace.'
  );
}

/** Shows an invisible character as its code point, such as U+E000. */
function printable(cluster: string): string {
  if (!/[\p{C}\p{Z}]/u.test(cluster.replace(/[\u200d\ufe0f]/g, ''))) return cluster;
  return [...cluster]
    .map((character) => `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`)
    .join('+');
}

function shorten(text: string): string {
  const safe = text.replace(/\p{C}/gu, '?');
  return safe.length > 60 ? `${safe.slice(0, 59)}…` : safe;
}
