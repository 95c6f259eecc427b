/** Warnings cached with a film's segments, since frames that are not redrawn produce none. */

import type { SegmentCache } from '../../outputs/index.js';

export class KeptWarnings {
  private readonly told = new Set<string>();
  private noting: Promise<void> = Promise.resolve();
  private kept: { cache: SegmentCache; key: string } | undefined;

  /** @param onWarning - Called once for each warning. */
  constructor(private readonly onWarning: (text: string) => void = () => {}) {}

  tell(text: string): void {
    if (this.told.has(text)) return;
    this.told.add(text);
    this.note();
    this.onWarning(text);
  }

  /** Repeats the earlier warnings of the same film, and caches new ones from now on. */
  async keepIn(cache: SegmentCache, key: string): Promise<void> {
    const before = linesOf(await cache.recall(key));
    this.kept = { cache, key };
    for (const text of before) this.tell(text);
    if (this.told.size > before.length) this.note();
  }

  private note(): void {
    const { kept } = this;
    if (kept) this.noting = this.noting.then(() => kept.cache.note(kept.key, JSON.stringify([...this.told])));
  }
}

/** Parses a cached text, which may be damaged. */
function linesOf(text: string | undefined): string[] {
  try {
    const lines: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(lines) ? lines.filter((line) => typeof line === 'string') : [];
  } catch {
    return [];
  }
}
