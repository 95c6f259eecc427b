/** The fonts that a browser uses: bundled ones for generic families, and installed ones. */

import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { promises as fs } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { homeFolder } from '../system/folders.js';
import type { Browser } from './browser.js';

const BUNDLED = fileURLToPath(new URL('../../fonts/generic', import.meta.url));

/** The fonts of generic families in the browser from npm. Keep in step with fonts/generic/fonts.conf. */
const GENERIC = {
  standard: 'Open Sans',
  sansSerif: 'Open Sans',
  serif: 'Source Serif 4',
  fixed: 'SourceCodeVF',
  cursive: 'Open Sans',
  fantasy: 'Open Sans',
};

/**
 * Environment variables that tell the browser from npm where its fonts are.
 * @param own - The browser's font folder, which contains a fonts.conf.
 */
export function fontEnvironment(own: string, env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  // Configuration files include others by bare names, which fontconfig looks up in these folders in order.
  const folders = [own, env.FONTCONFIG_PATH, '/etc/fonts'].filter(Boolean).join(':');
  return { FONTCONFIG_FILE: join(BUNDLED, 'fonts.conf'), FONTCONFIG_PATH: folders };
}

/**
 * Sets the generic font families of a page in the browser from npm. Installed browsers keep their user's settings, so
 * that a film matches the editor.
 */
export async function setGenericFonts(page: Page, { source }: Browser): Promise<void> {
  if (source !== '@sparticuz/chromium') return;
  const session = await page.context().newCDPSession(page);
  await session.send('Page.setFontFamilies', { fontFamilies: GENERIC });
}

/** Font folders are read down to this depth; following a symbolic link counts as four levels. */
const MAX_DEPTH = 8;

/**
 * A fingerprint of the fonts on this machine and of fontconfig's rules: it changes when a font is installed or updated.
 * Reads only file names and sizes, which takes about 30 ms for 1000 fonts.
 */
export async function digestOfFonts(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const found = (await Promise.all(fontFolders(env).map((folder) => filesIn(folder)))).flat();
  return createHash('sha256')
    .update(JSON.stringify([...new Set(found)].sort()))
    .digest('hex');
}

/** The system's font folders, and fontconfig's configuration folders. */
function fontFolders(env: NodeJS.ProcessEnv): string[] {
  const home = homeFolder(env);
  if (process.platform === 'darwin') {
    return ['/System/Library/Fonts', '/Library/Fonts', ...(home ? [join(home, 'Library/Fonts')] : [])];
  }
  if (process.platform === 'win32') {
    const user = env.LOCALAPPDATA && join(env.LOCALAPPDATA, 'Microsoft/Windows/Fonts');
    return [join(env.WINDIR || 'C:\\Windows', 'Fonts'), ...(user ? [user] : [])];
  }
  const data = env.XDG_DATA_HOME || (home && join(home, '.local/share'));
  const config = env.XDG_CONFIG_HOME || (home && join(home, '.config'));
  return [
    BUNDLED,
    '/usr/share/fonts',
    '/usr/local/share/fonts',
    '/etc/fonts',
    ...(env.FONTCONFIG_PATH ?? '').split(delimiter).filter(Boolean),
    ...(data ? [join(data, 'fonts')] : []),
    ...(config ? [join(config, 'fontconfig')] : []),
    ...(home ? [join(home, '.fonts')] : []),
  ];
}

/** The names and sizes of all files below a folder, in any order. Unreadable folders count as empty. */
async function filesIn(folder: string, depth = 0): Promise<string[]> {
  if (depth > MAX_DEPTH) return [];
  const entries = await fs.readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
  const found = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesIn(path, depth + 1);
    const stat = await fs.stat(path).catch(() => undefined);
    if (stat?.isDirectory()) return filesIn(path, depth + 4); // a symbolic link: end cycles soon
    return stat ? [`${entry.name} ${stat.size}`] : [];
  });
  return (await Promise.all(found)).flat();
}
