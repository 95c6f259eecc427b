#!/usr/bin/env node
/**
 * The entry point of the `untrained` command. Node loads a module's imports before the module runs, so this one imports
 * nothing and uses only syntax that old versions of Node can parse: they get a message naming the version needed.
 */
const needed = [20, 19]; // as "engines" in package.json
const [major, minor] = process.versions.node.split('.').map(Number);

if (major > needed[0] || (major === needed[0] && minor >= needed[1])) {
  import('./start.js').then(
    ({ start }) => start(process.argv.slice(2)),
    (error) => {
      console.error(
        `untrained: The command cannot be loaded (${error.message}): ` +
          'run npm install again, or allow more open files (ulimit -n 1024).',
      );
      process.exitCode = 1;
    },
  );
} else {
  console.error(
    `untrained: Node ${process.versions.node} is too old: install Node ${needed.join('.')} or later from https://nodejs.org.`,
  );
  process.exitCode = 1;
}

export {};
