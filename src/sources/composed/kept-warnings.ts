/** Warnings cached with a film's segments, because frames from the cache produce none. */

import type { SegmentCache } from '../../outputs/index.js';

export class KeptWarnings {
  private readonly reported = new Set<string>();
  private writing: Promise<void> = Promise.resolve();
  private target: { cache: SegmentCache; key: string } | undefined;

  /** @param onWarning - Called once for each warning. */
  constructor(private readonly onWarning: (text: string) => void = () => {}) {}

  tell(text: string): void {
    if (this.reported.has(text)) return;
    this.reported.add(text);
    this.write();
    this.onWarning(text);
  }

  /** Repeats the earlier warnings of the same film, and caches new ones from now on. */
  async keepIn(cache: SegmentCache, key: string): Promise<void> {
    const before = linesOf(await cache.recall(key));
    this.target = { cache, key };
    for (const text of before) this.tell(text);
    if (this.reported.size > before.length) this.write();
  }

  private write(): void {
    const { target } = this;
    if (!target) return;
    this.writing = this.writing.then(() => target.cache.note(target.key, JSON.stringify([...this.reported])));
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
