/**
 * Unpacks the Chromium for Linux that ships, compressed, inside the npm package @sparticuz/chromium: once for each
 * user and version, into the system's folder for temporary files.
 *
 * The package is made for servers without a disk of their own. It unpacks straight into that folder, under plain names,
 * so that two processes can catch one another half-way; and it leaves out the shared libraries a bare system lacks
 * unless it believes to be on such a server. So it is run in a process of its own, which is told that it is, in a
 * folder of its own, which takes its name when all is there.
 */
import { execFile } from 'node:child_process';
import { existsSync, promises as fs } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { RenderError } from '../core/errors.js';
import { whyRefused } from '../system/folders.js';
import { isPrivateFolder } from '../system/private-folder.js';
import { fontEnvironment } from './fonts.js';

const PACKAGE = '@sparticuz/chromium';

/** The program of that process. It unpacks the browser, and on failure writes the reason to stderr as JSON. */
const UNPACK =
  'process.on("uncaughtException", (error) => { const { code, message } = error;' +
  ' console.error(JSON.stringify({ code, message })); process.exit(1); });' +
  'const { default: chromium } = await import(process.argv[1]); await chromium.executablePath();';

/** The files it creates. On a full disk some may be missing without an error. */
const UNPACKED = ['chromium', 'fonts', join('al2023', 'lib')];

/** Unpacking takes seconds; leftovers older than this are from a killed process. In milliseconds. */
const STALE_MS = 60 * 60 * 1000;

/**
 * Where the packaged Chromium is, unpacked if need be (some 5 s, 200 MB), and the variables it is to be started with.
 * Undefined when the package is not installed, or when this is not Linux on x64, which is what it is built for.
 * @throws RenderError when it cannot be unpacked.
 */
export async function unpackChromium(): Promise<{ path: string; env: Record<string, string> } | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const entry = packageEntry();
  if (entry === undefined) return undefined;
  const user = process.getuid!(); // os.userInfo() throws for a user without an entry in /etc/passwd
  const folder = join(tmpdir(), `untrained-chromium-${await versionAt(entry)}-${user}`);
  if (!existsSync(folder)) await unpackInto(folder, entry);
  // Anybody can make a folder, or a link, of that name; into what we made ourselves nobody else can write.
  if (!isPrivateFolder(folder)) {
    throw new RenderError(
      `${folder} is not a folder that only you can write to, so no browser is started from it: remove it, or set TMPDIR.`,
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
  let making: string | undefined;
  try {
    await removeStale(folder);
    making = await fs.mkdtemp(`${folder}-`);
    await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', UNPACK, pathToFileURL(entry).href],
      { env: { ...process.env, TMPDIR: making, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' } },
    );
    const lacking = UNPACKED.find((name) => !existsSync(join(making!, name)));
    if (lacking) throw new Error(`${lacking} is missing after unpacking`);
    await fs.writeFile(join(making, 'fonts', 'fonts.conf'), fontsConf(folder));
    // Another process may have been quicker, and theirs is as good.
    await fs.rename(making, folder).catch((error) => {
      if (!existsSync(folder)) throw error;
    });
  } catch (error) {
    throw new RenderError(
      `The browser of ${PACKAGE} cannot be unpacked into ${folder} because ${whyUnpackingFailed(error)}: ` +
        'set TMPDIR to a folder with 300 MB free, or name a browser with --browser.',
      { cause: error },
    );
  } finally {
    if (making) await fs.rm(making, { recursive: true, force: true }).catch(() => {});
  }
}

/** @param error - Ours, the system's, or that of the process, which says on stderr what went wrong. */
function whyUnpackingFailed(error: unknown): string {
  const { stderr, signal } = error as { stderr?: string; signal?: string };
  if (signal) return `unpacking was killed (${signal})`;
  for (const line of (stderr ?? '').split('\n')) {
    try {
      return whyRefused(JSON.parse(line));
    } catch {
      // Not the line in question: Node prints warnings too.
    }
  }
  return stderr === undefined ? whyRefused(error) : 'unpacking failed without a reason';
}

/** Removes partial files from killed processes, 200 MB each. */
async function removeStale(folder: string): Promise<void> {
  for (const name of await fs.readdir(dirname(folder))) {
    if (!name.startsWith(`${basename(folder)}-`)) continue;
    const path = join(dirname(folder), name);
    const stat = await fs.lstat(path).catch(() => undefined);
    if (stat && stat.mtimeMs < Date.now() - STALE_MS)
      await fs.rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

/** Its own Open Sans, for systems without any font, and those of the system and the user. */
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
