/**
 * `npm run check`: the formatter and linter, then the types: of everything, of what runs in a browser without Node's,
 * and of what runs in Node without the DOM's. As many at once as there are cores. Prints only what fails, and which
 * rule that breaks.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { resolve } = createRequire(import.meta.url);
const types = (config) => [resolve('typescript/bin/tsc'), '-b', config];

/** Node programs with their arguments, the slowest first, and the rule that each enforces. */
const CHECKS = [
  { run: types('tsconfig.json'), rule: 'The types of all TypeScript agree.' },
  {
    run: types('tsconfig.browser.json'),
    rule: 'Code that runs in a browser uses no Node API (tsconfig.browser.json lists that code).',
  },
  {
    run: types('tsconfig.node.json'),
    rule: 'Code that runs in Node uses no DOM (tsconfig.node.json lists that code).',
  },
  {
    run: [resolve('@biomejs/biome/bin/biome'), 'check', '.'],
    rule: 'Biome finds nothing to fix; `npm run format` fixes what it can.',
  },
];

/** @returns Whether the check passed. */
function check({ run, rule }) {
  return new Promise((done) => {
    const child = spawn(process.execPath, run, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
    child.once('error', (error) => output.push(Buffer.from(`${error.message}\n`)));
    child.once('close', (status) => {
      if (status !== 0) process.stderr.write(`${Buffer.concat(output)}\nRule: ${rule}\n\n`);
      done(status === 0);
    });
  });
}

const waiting = [...CHECKS];
const workers = Array.from({ length: availableParallelism() }, async () => {
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    if (!(await check(next))) process.exitCode = 1;
  }
});
await Promise.all(workers);
