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
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { RenderError } from '../errors.js';
import { isPrivateFolder } from '../private-folder.js';

const PACKAGE = '@sparticuz/chromium';

/** The program of that process. Prints nothing: what it unpacks is what it is for. */
const UNPACK =
  'const { default: chromium } = await import(process.argv[1]); await chromium.executablePath();';

/**
 * Where the packaged Chromium is, unpacked if need be (some 5 s, 200 MB), and the variables it is to be started with.
 * Undefined when the package is not installed, or when this is not Linux on x64, which is what it is built for.
 * @throws RenderError when it cannot be unpacked.
 */
export async function unpackChromium(): Promise<{ path: string; env: Record<string, string> } | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const entry = packageEntry();
  if (entry === undefined) return undefined;
  const folder = join(tmpdir(), `untrained-chromium-${await versionAt(entry)}-${userInfo().uid}`);
  if (!existsSync(folder)) await unpackInto(folder, entry);
  // Anybody can make a folder, or a link, of that name; into what we made ourselves nobody else can write.
  if (!isPrivateFolder(folder)) {
    throw new RenderError(
      `${folder} is not a folder that only you can write to, and a browser in it is not started: remove it, or set TMPDIR.`,
    );
  }
  const libraries = [join(folder, 'al2023', 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return {
    path: join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: libraries, FONTCONFIG_PATH: join(folder, 'fonts') },
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
  const making = await fs.mkdtemp(`${folder}-`);
  try {
    await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', UNPACK, pathToFileURL(entry).href],
      { env: { ...process.env, TMPDIR: making, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' } },
    );
    await fs.writeFile(join(making, 'fonts', 'fonts.conf'), fontsConf(folder));
    // Another process may have been quicker, and theirs is as good.
    await fs.rename(making, folder).catch((error) => {
      if (!existsSync(folder)) throw error;
    });
  } catch (error) {
    const [reason] = String((error as { stderr?: string }).stderr || (error as Error).message).split('\n');
    throw new RenderError(
      `The browser of ${PACKAGE} cannot be unpacked into ${folder} (${reason}): set TMPDIR to a folder with 300 MB.`,
      { cause: error },
    );
  } finally {
    await fs.rm(making, { recursive: true, force: true });
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
