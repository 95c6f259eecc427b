/**
 * What hosts answered when the same scene was drawn before. Pixels depend on it, and so do the names of segments, which
 * must be known before anything is asked.
 */

import { SegmentCache } from '../video/index.js';
import type { Hosts } from './hosts.js';

export class ExpectedAnswers {
  private expected = new Map<string, string>();
  private cache: SegmentCache | undefined;
  private readonly key: string;

  /** @param scene - Its code, and what else decides what it asks for. */
  constructor(
    private readonly hosts: Hosts,
    scene: unknown,
  ) {
    this.key = SegmentCache.keyOf(['the answers of', scene]);
  }

  /** Has the answers of before once more: what is installed may have changed, and what was stored may be gone. */
  async recall(cache: SegmentCache): Promise<void> {
    this.cache = cache;
    for (const url of urlsOf(await cache.recall(this.key))) await this.hosts.answer(url).catch(() => {});
    this.expected = new Map(this.hosts.given);
  }

  /** What goes into a segment's name, or undefined if something was answered that was not expected. */
  names(): unknown[] | undefined {
    for (const [url, digest] of this.hosts.given) if (this.expected.get(url) !== digest) return undefined;
    return this.expected.size > 0 ? [[...this.expected].sort()] : [];
  }

  /** Keeps what was answered, for the next time. */
  async note(): Promise<void> {
    if (this.hosts.given.size > 0)
      await this.cache?.note(this.key, JSON.stringify([...this.hosts.given.keys()]));
  }
}

/** What a kept text holds, which may be damaged. */
function urlsOf(text: string | undefined): string[] {
  try {
    const urls: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(urls) ? urls.filter((url) => typeof url === 'string' && URL.canParse(url)) : [];
  } catch {
    return [];
  }
}
