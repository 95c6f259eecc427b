/** What composed scenes are drawn with, kept for the next film of the same command. Close it on every path. */
import { Browsers } from '../../browser/browsers.js';
import { type Bundle, bundle } from './bundle.js';
import type { Target } from './target.js';

export class Studio {
  readonly browsers = new Browsers();
  private readonly bundles = new Map<string, Promise<Bundle>>();

  /** Bundles a scene once. @throws UsageError for a scene that cannot be built. */
  bundle(target: Target): Promise<Bundle> {
    const key = JSON.stringify([target.kind, target.path]);
    const known = this.bundles.get(key);
    if (known) return known;
    const bundling = bundle(target);
    this.bundles.set(key, bundling);
    bundling.catch(() => this.bundles.delete(key));
    return bundling;
  }

  /** Ends the browsers. May be called more than once. */
  close(): Promise<void> {
    return this.browsers.close();
  }
}
