/** The API reference: TypeDoc describes the declarations of the package, as Markdown. */
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Application, LogLevel } from 'typedoc';

/** The modules of the package, by the names under which they are imported, and their declarations in dist. */
const MODULES = {
  untrained: 'index',
  'untrained/render': 'render',
  'untrained/nodes': 'nodes/index',
  'untrained/vite': 'vite',
};

/** The modules, each with the name of its page. */
export const apiModules = Object.keys(MODULES).map((name) => ({
  name,
  page: name.replace('untrained/', '').replace('untrained', 'index'),
}));

const COMPILER = {
  target: 'ES2022',
  module: 'ESNext',
  moduleResolution: 'bundler',
  lib: ['ES2023', 'DOM', 'DOM.Iterable'],
  types: ['node', '@webgpu/types'],
  strict: true,
  skipLibCheck: true,
  experimentalDecorators: true,
};

/**
 * @param {string} root - The folder of the package, which has been built.
 * @returns {Promise<Map<string, string>>} The pages in Markdown, by their names. Links lead to `NAME.md`.
 * @throws Error if TypeDoc reports errors.
 */
export async function describeApi(root) {
  const folder = await mkdtemp(join(tmpdir(), 'untrained-api-'));
  try {
    const files = Object.values(MODULES).map((name) => join(root, 'dist', `${name}.d.ts`));
    const [tsconfig, out] = [join(folder, 'tsconfig.json'), join(folder, 'api')];
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    await writeFile(tsconfig, JSON.stringify({ compilerOptions: COMPILER, files }));
    const app = await Application.bootstrapWithPlugins({
      outputs: [{ name: 'markdown', path: out }],
      entryPoints: files,
      tsconfig,
      plugin: ['typedoc-plugin-markdown'],
      logLevel: LogLevel.Error,
      name: 'untrained',
      readme: 'none',
      router: 'module',
      skipErrorChecking: true, // the declarations have been checked
      excludeExternals: true,
      excludeInternal: true,
      excludePrivate: true,
      excludeProtected: true,
      excludeNotDocumented: true,
      disableSources: true,
      validation: { notExported: false },
      entryFileName: 'modules',
      hidePageHeader: true,
      hideBreadcrumbs: true,
      useHTMLAnchors: true,
      parametersFormat: 'table',
      interfacePropertiesFormat: 'table',
      classPropertiesFormat: 'table',
      typeDeclarationFormat: 'table',
      enumMembersFormat: 'table',
    });
    const project = await app.convert();
    if (!project) throw new Error('TypeDoc found no declarations.');
    await app.generateOutputs(project);
    if (app.logger.hasErrors()) throw new Error('TypeDoc reported errors.');
    const pages = apiModules.map(async ({ name, page }) => {
      const text = await readFile(join(out, `${page}.md`), 'utf8');
      return [page, text.replace(/^# .*$/m, `# ${name}`).replaceAll('| `undefined` |', '| |')];
    });
    return new Map(await Promise.all(pages));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
