/**
 * What this package's own scripts run, `npm run render -- ...` and the like: the `untrained` command, after compiling
 * what has changed; or that alone, `npm run build`. Like src/cli/main.ts it imports nothing before it knows that this
 * Node will do, in words that an old one knows.
 */
const needed = [20, 19]; // as "engines" in package.json
const [major, minor] = process.versions.node.split('.').map(Number);

async function run([name, ...words]) {
  const { build } = await import('./build.js');
  build();
  if (name === 'build') return;
  // npm runs scripts in the package's folder. Paths are meant from where one was when one typed them.
  if (process.env.INIT_CWD) {
    try {
      process.chdir(process.env.INIT_CWD);
    } catch {} // it is gone
  }
  const { startByNpm } = await import('../dist/cli/start.js');
  await startByNpm(name, words);
}

if (major > needed[0] || (major === needed[0] && minor >= needed[1])) {
  run(process.argv.slice(2)).catch((error) => {
    console.error(`untrained: ${error.message}`);
    process.exitCode = 1;
  });
} else {
  console.error(
    `untrained: Node ${process.versions.node} is too old: install Node ${needed.join('.')} or later from https://nodejs.org.`,
  );
  process.exitCode = 1;
}
