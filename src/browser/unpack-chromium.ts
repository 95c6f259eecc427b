/**
 * Unpacks the Chromium for Linux that the npm package @sparticuz/chromium contains in compressed form: once per user
 * and version, into the system's temporary folder.
 *
 * The package is made for serverless functions. It unpacks directly into the temporary folder under fixed names, so two
 * processes can disturb each other; and it omits the shared libraries that a minimal system lacks, unless it finds
 * itself on AWS Lambda. So we run it in a separate process, with an environment variable that says so, and in a new
 * folder that is renamed when it is complete.
 */
import { execFile } from 'node:child_process';
import { existsSync, promises as fs } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { RefusedError } from '../core/errors.js';
import { whyRefused, writeFailure } from '../system/folders.js';
import { isPrivateFolder } from '../system/private-folder.js';
import { fontEnvironment } from './fonts.js';

const PACKAGE = '@sparticuz/chromium';

/** The code of that process. It unpacks the browser, and on failure writes the reason to stderr as JSON. */
const UNPACK =
  'process.on("uncaughtException", (error) => { const { code, message } = error;' +
  ' console.error(JSON.stringify({ code, message })); process.exit(1); });' +
  'const { default: chromium } = await import(process.argv[1]); await chromium.executablePath();';

/** What it creates. On a full disk, some may be missing without an error. */
const UNPACKED = ['chromium', 'fonts', join('al2023', 'lib')];

/** Unpacking takes seconds, so older partial folders are from a killed process. In milliseconds. */
const STALE_MS = 60 * 60 * 1000;

/**
 * The path of the packaged Chromium, unpacked if necessary (about 5 s and 200 MB), and the environment variables to
 * start it with. Undefined if the package is not installed or this is not Linux on x64, its only platform.
 * @throws RenderError when it cannot be unpacked.
 */
export async function unpackChromium(): Promise<{ path: string; env: Record<string, string> } | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const entry = packageEntry();
  if (entry === undefined) return undefined;
  const user = process.getuid!(); // os.userInfo() throws for a user without an entry in /etc/passwd
  const folder = join(tmpdir(), `untrained-chromium-${await versionAt(entry)}-${user}`);
  if (!existsSync(folder)) await unpackInto(folder, entry);
  // Another user could have made a folder or link of that name. Only our own folder is closed to other users.
  if (!isPrivateFolder(folder)) {
    throw new RefusedError(
      `${folder} is not a folder that only you can write to, so no browser is started from it: ` +
        'remove it, or set TMPDIR.',
    );
  }
  const libraries = [join(folder, 'al2023', 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return {
    path: join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: libraries, ...fontEnvironment(join(folder, 'fonts')) },
  };
}

function packageEntry(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(PACKAGE);
  } catch {
    return undefined;
  }
}

async function versionAt(entry: string): Promise<string> {
  const root = entry.slice(0, entry.lastIndexOf(join(PACKAGE)) + PACKAGE.length);
  return JSON.parse(await fs.readFile(join(root, 'package.json'), 'utf8')).version;
}

async function unpackInto(folder: string, entry: string): Promise<void> {
  let partial: string | undefined;
  try {
    await removeStale(folder);
    partial = await fs.mkdtemp(`${folder}-`);
    await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', UNPACK, pathToFileURL(entry).href],
      { env: { ...process.env, TMPDIR: partial, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' } },
    );
    const missing = UNPACKED.find((name) => !existsSync(join(partial!, name)));
    if (missing) throw new Error(`${missing} is missing after unpacking`);
    await fs.writeFile(join(partial, 'fonts', 'fonts.conf'), fontsConf(folder));
    // Another process may have finished first; its folder is just as good.
    await fs.rename(partial, folder).catch((error) => {
      if (!existsSync(folder)) throw error;
    });
  } catch (error) {
    throw writeFailure(
      `The browser of ${PACKAGE} cannot be unpacked into ${folder} because ${whyUnpackingFailed(error)}: ` +
        'set TMPDIR to a folder with 300 MB free, or name a browser with --browser.',
      error,
    );
  } finally {
    if (partial) await fs.rm(partial, { recursive: true, force: true }).catch(() => {});
  }
}

/** @param error - Our own, the system's, or the process's, which has the reason in its stderr. */
function whyUnpackingFailed(error: unknown): string {
  const { stderr, signal } = error as { stderr?: string; signal?: string };
  if (signal) return `unpacking was killed (${signal})`;
  for (const line of (stderr ?? '').split('\n')) {
    try {
      return whyRefused(JSON.parse(line));
    } catch {
      // Not JSON: Node prints warnings too.
    }
  }
  return stderr === undefined ? whyRefused(error) : 'unpacking failed without a reason';
}

/** Removes the partial folders of killed processes, up to 200 MB each. */
async function removeStale(folder: string): Promise<void> {
  for (const name of await fs.readdir(dirname(folder))) {
    if (!name.startsWith(`${basename(folder)}-`)) continue;
    const path = join(dirname(folder), name);
    const stat = await fs.lstat(path).catch(() => undefined);
    if (stat && stat.mtimeMs < Date.now() - STALE_MS)
      await fs.rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

/** A fonts.conf with the package's Open Sans, for systems without fonts, and the fonts of the system and the user. */
function fontsConf(folder: string): string {
  const folders = [join(folder, 'fonts'), '/usr/share/fonts', '/usr/local/share/fonts'];
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
${folders.map((path) => `  <dir>${path.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</dir>`).join('\n')}
  <dir prefix="xdg">fonts</dir>
  <dir>~/.fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;
}
