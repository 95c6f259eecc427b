/** A browser that was found on this machine; find-browser.ts says where it looks. */

type BrowserSource = '--browser' | 'CHROME_PATH' | 'installed' | '@sparticuz/chromium';

export interface Browser {
  /** Absolute path of the executable. */
  path: string;
  /** How it was found. */
  source: BrowserSource;
  /** Environment variables to set for it, in addition to ours: the locations of its shared libraries and fonts. */
  env: Record<string, string>;
}
