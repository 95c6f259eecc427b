/** What composed scenes are drawn with, kept for the next film of the same command. Close it on every path. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Browsers } from '../../browser/browsers.js';
import { cannotWrite } from '../../system/folders.js';
import { type Bundle, bundle, type Hearing } from './bundle.js';
import type { Target } from './target.js';

export class Studio {
  readonly browsers = new Browsers();
  private readonly bundles = new Map<string, Promise<Bundle>>();
  private scratch: Promise<string> | undefined;

  /** Bundles a scene once. @throws UsageError for a scene that cannot be built. */
  bundle(target: Target, hearing: Hearing): Promise<Bundle> {
    const key = JSON.stringify([target.kind, target.path, hearing.planned]);
    const known = this.bundles.get(key);
    if (known) return known;
    const bundling = bundle(target, hearing);
    this.bundles.set(key, bundling);
    bundling.catch(() => this.bundles.delete(key));
    return bundling;
  }

  /** Writes a file that is removed when the studio closes, since a film's sound is read after its scene has closed. */
  async keep(content: Uint8Array, ending: string): Promise<string> {
    try {
      this.scratch ??= mkdtemp(join(tmpdir(), 'untrained-sound-'));
      const name = createHash('sha256').update(content).digest('hex');
      const path = join(await this.scratch, `${name}${/^\.\w{1,8}$/.test(ending) ? ending : ''}`);
      await writeFile(path, content);
      return path;
    } catch (error) {
      throw cannotWrite("The scene's sound cannot be kept", error, 'free some space, or use --no-audio');
    }
  }

  /** Ends the browsers, and removes what was kept. May be called more than once. */
  async close(): Promise<void> {
    const { scratch } = this;
    this.scratch = undefined;
    await this.browsers.close();
    const folder = await scratch?.catch(() => undefined);
    if (folder !== undefined) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
