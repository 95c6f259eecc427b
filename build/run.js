/**
 * Runs this package's npm scripts: `npm run build` builds what has changed; others, such as `npm run render -- ...`,
 * then run the `untrained` command. Like src/cli/main.ts, it imports nothing before it has checked the version of
 * Node, and uses only syntax that old versions understand.
 */
const needed = [20, 19]; // keep in step with "engines" in package.json
const [major, minor] = process.versions.node.split('.').map(Number);

async function run([name, ...words]) {
  const { build } = await import('./build.js');
  build();
  if (name === 'build') return;
  // npm runs scripts in the package's folder, but paths are relative to the user's working folder.
  if (process.env.INIT_CWD) {
    try {
      process.chdir(process.env.INIT_CWD);
    } catch {} // it has been removed
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
    `untrained: Node ${process.versions.node} is too old: ` +
      `install Node ${needed.join('.')} or later from https://nodejs.org.`,
  );
  process.exitCode = 1;
}
