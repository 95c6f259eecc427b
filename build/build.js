/**
 * `npm run build`: builds dist/ from src/, or finds within a tenth of a second that it is up to date. Sources are
 * compared by contents, not by dates, which a checkout or a copy changes; dist/.stamp holds their fingerprint.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const stampFile = join(dist, '.stamp');
const lockFile = join(dist, '.lock');

/** The inputs of the build: folders, files, and the list of installed packages. */
const SOURCES = ['src', 'build', 'fonts', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];
const INSTALLED = 'node_modules/.package-lock.json';

/** The build steps, in order: Node programs with their arguments. */
const STEPS = [
  [createRequire(import.meta.url).resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
  [join(root, 'build/embed.js')],
];

/** A lock older than this is from another machine, or its process ID now belongs to another process. */
const ABANDONED_MS = 10 * 60_000;

/**
 * Builds dist/ if anything has changed, after waiting for any other running build.
 * @returns Whether it was necessary.
 * @throws Error with a one-line message if a step fails; the next build repeats it.
 */
export function build() {
  if (isFresh(readStamp())) return false;
  fs.mkdirSync(dist, { recursive: true });
  const unlock = lock();
  try {
    const stamp = readStamp();
    if (isFresh(stamp)) return false; // another process has just built it
    const made = fingerprint(); // before compiling, so that later changes cause another build
    fs.rmSync(stampFile, { force: true }); // so that an interrupted build does not count as complete
    clean(stamp);
    for (const [program, ...args] of STEPS) {
      // Output goes to stderr, since programs may read the command's stdout.
      const { status, error } = spawnSync(process.execPath, [program, ...args], {
        cwd: root,
        stdio: [0, 2, 2],
      });
      if (status !== 0) throw new Error(`dist/ could not be built${error ? ` (${error.message})` : ''}.`);
    }
    const next = { ...made, outputs: outputs() };
    fs.writeFileSync(`${stampFile}.new`, JSON.stringify(next));
    fs.renameSync(`${stampFile}.new`, stampFile);
    return true;
  } finally {
    unlock();
  }
}

function readStamp() {
  try {
    return JSON.parse(fs.readFileSync(stampFile, 'utf8'));
  } catch {
    return undefined; // it does not exist, or was cut short on a full disk
  }
}

function isFresh(stamp) {
  return stamp !== undefined && isWhole(stamp) && fingerprint().digest === stamp.digest;
}

/** Whether all built files still exist, with their sizes. */
function isWhole({ outputs }) {
  return Object.entries(outputs).every(
    ([path, size]) => fs.statSync(join(dist, path), { throwIfNoEntry: false })?.size === size,
  );
}

/** A digest of the contents of all inputs, and the paths of the modules among them. */
function fingerprint() {
  const hash = createHash('sha256');
  const modules = [];
  const read = (path) => {
    hash
      .update(`${path}\0`)
      .update(fs.readFileSync(join(root, path)))
      .update('\0');
    if (/^src\/.*\.(tsx?|wgsl)$/.test(path)) modules.push(path);
  };
  for (const source of SOURCES) {
    const isFolder = fs.statSync(join(root, source)).isDirectory();
    for (const path of isFolder ? filesIn(join(root, source)) : [''])
      read(path ? `${source}/${path}` : source);
  }
  if (fs.existsSync(join(root, INSTALLED))) read(INSTALLED);
  return { digest: hash.digest('hex'), modules };
}

/** Removes the outputs of deleted modules, or everything if the previous build is incomplete. */
function clean(stamp) {
  if (stamp === undefined || !isWhole(stamp)) {
    // Otherwise the compiler would assume that all its outputs still exist.
    for (const name of fs.readdirSync(dist))
      if (join(dist, name) !== lockFile) fs.rmSync(join(dist, name), { recursive: true, force: true });
    return;
  }
  for (const path of stamp.modules) {
    if (fs.existsSync(join(root, path))) continue;
    const base = join(dist, path.slice('src/'.length).replace(/\.tsx?$/, '')); // x.wgsl becomes x.wgsl.js
    for (const ending of ['.js', '.d.ts']) fs.rmSync(base + ending, { force: true });
  }
}

/** All files in dist/, with their sizes. */
function outputs() {
  const files = filesIn(dist).filter((path) => !path.startsWith('.'));
  return Object.fromEntries(files.map((path) => [path, fs.statSync(join(dist, path)).size]));
}

/** The paths of all files below a folder, sorted. */
function filesIn(folder) {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}

/** Takes the build lock, waiting for any other build. Returns a function that releases it. */
function lock() {
  const mine = `${process.pid}`;
  for (;;) {
    try {
      fs.writeFileSync(lockFile, mine, { flag: 'wx' });
      return () => fs.rmSync(lockFile, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (isAbandoned()) fs.rmSync(lockFile, { force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
  }
}

function isAbandoned() {
  try {
    const age = Date.now() - fs.statSync(lockFile).mtimeMs;
    const holder = Number(fs.readFileSync(lockFile, 'utf8'));
    if (age > ABANDONED_MS || holder === process.pid) return true;
    if (holder === 0) return age > 1000; // empty: either just being written, or never completed
    process.kill(holder, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH'; // the holder has exited. ENOENT: the lock is gone; EPERM: it is another user's
  }
}
