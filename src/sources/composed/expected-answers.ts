/**
 * The hosts' responses when the film was planned, or else when the same scene was last drawn. Pixels depend on them,
 * and so do segment keys, which must be known before any request is made.
 */

import { SegmentCache } from '../../outputs/index.js';
import type { Hosts } from './hosts.js';

export class ExpectedAnswers {
  private expected: Map<string, string>;
  private isComplete: boolean;
  private cache: SegmentCache | undefined;
  private readonly key: string;

  /**
   * @param scene - The scene's code, and whatever else determines its requests.
   * @param complete - All responses, if they are known: see complete().
   */
  constructor(
    private readonly hosts: Hosts,
    scene: unknown,
    complete?: Readonly<Record<string, string>>,
  ) {
    this.expected = new Map(Object.entries(complete ?? {}));
    this.isComplete = complete !== undefined;
    this.key = SegmentCache.keyOf(['the answers of', scene]);
  }

  /** Fetches the earlier responses again: installed packages may have changed, and stored responses may be gone. */
  async recall(cache: SegmentCache): Promise<void> {
    this.cache = cache;
    if (this.isComplete) return;
    for (const url of urlsOf(await cache.recall(this.key))) await this.hosts.answer(url).catch(() => {});
    this.expected = new Map(this.hosts.given);
  }

  /** Expects exactly the responses so far: no frame has others. */
  complete(): void {
    this.expected = new Map(this.hosts.given);
    this.isComplete = true;
  }

  /** The responses' part of a segment's key, or undefined if a response was not the expected one. */
  names(): unknown[] | undefined {
    for (const [url, digest] of this.hosts.given) if (this.expected.get(url) !== digest) return undefined;
    return this.expected.size > 0 ? [[...this.expected].sort()] : [];
  }

  /** Stores the responses for next time. */
  async note(): Promise<void> {
    if (this.hosts.given.size > 0)
      await this.cache?.note(this.key, JSON.stringify([...this.hosts.given.keys()]));
  }
}

/** Parses a stored text, which may be damaged. */
function urlsOf(text: string | undefined): string[] {
  try {
    const urls: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(urls) ? urls.filter((url) => typeof url === 'string' && URL.canParse(url)) : [];
  } catch {
    return [];
  }
}
