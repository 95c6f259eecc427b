/** The typefaces that a browser uses: bundled ones for generic families, and installed ones. */

import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { promises as fs } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { homeFolder } from '../system/folders.js';
import type { Browser } from './browser.js';

const BUNDLED = fileURLToPath(new URL('../../fonts/generic', import.meta.url));

/** What the browser from npm draws generic families with; fonts/generic/fonts.conf names the same. */
const GENERIC = {
  standard: 'Open Sans',
  sansSerif: 'Open Sans',
  serif: 'Source Serif 4',
  fixed: 'SourceCodeVF',
  cursive: 'Open Sans',
  fantasy: 'Open Sans',
};

/**
 * The environment variables with which the browser from npm finds typefaces.
 * @param own - Its own folder, which contains a fonts.conf.
 */
export function fontEnvironment(own: string, env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  // Configurations include others by bare names, which are looked up in these folders in turn.
  const folders = [own, env.FONTCONFIG_PATH, '/etc/fonts'].filter(Boolean).join(':');
  return { FONTCONFIG_FILE: join(BUNDLED, 'fonts.conf'), FONTCONFIG_PATH: folders };
}

/**
 * Gives a page of the browser from npm its generic families. Installed browsers have their user's, as the editor shows
 * them.
 */
export async function setGenericFonts(page: Page, { source }: Browser): Promise<void> {
  if (source !== '@sparticuz/chromium') return;
  const session = await page.context().newCDPSession(page);
  await session.send('Page.setFontFamilies', { fontFamilies: GENERIC });
}

/** A font folder is not read beyond this depth, nor a link followed into it twice. */
const MOST_DEPTH = 8;

/**
 * A fingerprint of the typefaces available on this machine and the rules for choosing one: it changes when a font is
 * installed or updated. Reads only file names and sizes, not fonts: some 30 ms for 1000 fonts.
 */
export async function digestOfFonts(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const found = (await Promise.all(fontFolders(env).map((folder) => filesIn(folder)))).flat();
  return createHash('sha256')
    .update(JSON.stringify([...new Set(found)].sort()))
    .digest('hex');
}

/** Where systems have fonts, and fontconfig its rules. */
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

/** The names and sizes of all files below a folder, in no order. Folders that cannot be read count as empty. */
async function filesIn(folder: string, depth = 0): Promise<string[]> {
  if (depth > MOST_DEPTH) return [];
  const entries = await fs.readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
  const found = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesIn(path, depth + 1);
    const stat = await fs.stat(path).catch(() => undefined);
    if (stat?.isDirectory()) return filesIn(path, depth + 4); // by a link: not for ever
    return stat ? [`${entry.name} ${stat.size}`] : [];
  });
  return (await Promise.all(found)).flat();
}
