/** A browser that was found on this machine; find-browser.ts says where it looks. */

export type BrowserSource = '--browser' | 'CHROME_PATH' | 'installed' | '@sparticuz/chromium';

export interface Browser {
  /** Absolute. */
  path: string;
  /** Which of the four places it was found in. */
  source: BrowserSource;
  /** What it needs besides our own environment: where its shared libraries and fonts are. */
  env: Record<string, string>;
}
