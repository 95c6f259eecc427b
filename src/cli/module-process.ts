/**
 * The process that loads sweeps' modules, one after another. Its argument is its parent's id. Its parent (module.ts)
 * sends it their paths, and is sent each sweep as plain data, or what is wrong with the module in one line.
 */
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import type * as Jiti from 'jiti';
import { UsageError } from '../core/errors.js';
import { type SweepInput, sweep } from '../core/sweep/sweep.js';
import { isPrivateFolder } from '../system/private-folder.js';
import type { ModuleMessage } from './module.js';
import { withWeights } from './scene-weights.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [parent] = process.argv.slice(2);
const send = process.send!.bind(process); // a module may replace process.send

watchParent();

/** Transpiled modules run without further checks, so they are stored where only this user can write. */
const translated = join(tmpdir(), `untrained-scenes-${process.getuid?.() ?? 'user'}`);
// Required, because Node searches a CommonJS module for its exports before it imports it, which costs 50 ms here.
const { createJiti } = createRequire(import.meta.url)('jiti') as typeof Jiti;
/** Scenes anywhere can import "untrained", which is this package. */
const aliases = { 'untrained/render': join(root, 'dist/render.js'), untrained: join(root, 'dist/index.js') };
const jiti = createJiti(import.meta.url, {
  alias: aliases,
  fsCache: isPrivateFolder(translated) && translated,
  moduleCache: false,
  interopDefault: false,
});

// What scenes import is loaded while the parent is still loading its own code.
await import(pathToFileURL(aliases.untrained).href);
const paths = await new Promise<string[]>((resolve) => process.once('message', resolve));

let current = paths[0];
for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (error) => report({ path: current, failure: failureOf(error, current) }));
}
for (const path of paths) {
  current = path;
  try {
    const { default: exported } = (await jiti.import(path)) as { default?: unknown };
    if (exported === undefined) {
      throw new UsageError('It has no default export: end it with "export default sweep({ ... })".');
    }
    await report({ path, sweep: sweep((await withWeights(exported, path)) as SweepInput) });
  } catch (error) {
    await report({ path, failure: failureOf(error, path) });
  }
}

function report(message: ModuleMessage): Promise<void> {
  return new Promise((sent) => send(message, () => sent()));
}

/** Describes a thrown value, and where it was thrown: "8:9: boom" if in the module itself. */
function failureOf(thrown: unknown, path: string): string {
  try {
    if (!(thrown instanceof Error)) {
      return `It threw ${inspect(thrown, { breakLength: Number.POSITIVE_INFINITY })}, which is not an error: throw new Error("why") instead.`;
    }
    if (thrown instanceof UsageError) return thrown.message;
    const [line] = String(thrown.message).split('\n');
    const text = line.trim() || thrown.name;
    const syntax = /^ParseError: (.*?)\s*\n\s*(.+):(\d+):(\d+)/.exec(thrown.message); // jiti's format
    if (syntax)
      return placed(path, syntax[2], syntax[3], `${Number(syntax[4]) + 1}`, `syntax error: ${syntax[1]}`);
    for (const frame of String(thrown.stack).split('\n')) {
      const [, file, row, column] = /((?:file:\/\/|\/|[A-Za-z]:[\\/]).*?):(\d+):(\d+)\)?$/.exec(frame) ?? [];
      if (!file || frame.includes('(node:') || frame.includes(' node:')) continue;
      const real = file.startsWith('file:') ? fileURLToPath(file) : file;
      const isPackage = real !== path && /[\\/]node_modules[\\/]/.test(real);
      if (real.startsWith(join(root, 'dist')) || isPackage) continue;
      return placed(path, real, row, row === '1' ? '' : column, text); // jiti inserts code at the start of line 1
    }
    return text;
  } catch {
    return 'It threw something that cannot be printed: throw new Error("why") instead.'; // its getters throw
  }
}

function placed(path: string, file: string, row: string, column: string, text: string): string {
  const position = column ? `${row}:${column}` : row;
  return file === path ? `${position}: ${text}` : `${file}:${position}: ${text}`;
}

/**
 * Ends this process when its parent exits, or has already exited: a module in an endless loop would outlive it.
 */
function watchParent(): void {
  const code = `
    const { workerData } = require('node:worker_threads');
    const wait = new Int32Array(new SharedArrayBuffer(4));
    for (;;) {
      Atomics.wait(wait, 0, 0, 500);
      try { process.kill(workerData, 0); } catch { process.kill(process.pid, 'SIGKILL'); }
    }`;
  new Worker(code, { eval: true, workerData: Number(parent) }).unref();
}
