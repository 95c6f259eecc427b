/** Warnings that are kept with a film's segments: frames that are not drawn again would warn of nothing. */

import type { SegmentCache } from '../video/index.js';

export class KeptWarnings {
  private readonly told = new Set<string>();
  private noting: Promise<void> = Promise.resolve();
  private kept: { cache: SegmentCache; key: string } | undefined;

  /** @param onWarning - Told each warning once. */
  constructor(private readonly onWarning: (text: string) => void = () => {}) {}

  tell(text: string): void {
    if (this.told.has(text)) return;
    this.told.add(text);
    this.note();
    this.onWarning(text);
  }

  /** Tells what the same film warned of before, and keeps there what it warns of from now on. */
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

/** What a kept text holds, which may be damaged. */
function linesOf(text: string | undefined): string[] {
  try {
    const lines: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(lines) ? lines.filter((line) => typeof line === 'string') : [];
  } catch {
    return [];
  }
}
