/** The code follows its architecture. Each failure states the rule, and every violation. */
import { builtinModules } from 'node:module';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import {
  commentsOf,
  declarationOf,
  docblockOf,
  exists,
  exportsOf,
  filesIn,
  importsOf,
  parse,
  textOf,
} from './sources.js';

type Runs = 'anywhere' | 'in Node' | 'in a browser';

interface Folder {
  path: string;
  runs: Runs;
  /** Files in a browser folder that Node also imports: tsconfig.node.json makes sure that they use no DOM. */
  alsoInNode?: string[];
}

/** A folder may import only from those above it. CONTRIBUTING.md has the same table. */
const FOLDERS: Folder[] = [
  { path: 'src/core', runs: 'anywhere' },
  { path: 'src/system', runs: 'in Node' },
  { path: 'src/renderers', runs: 'anywhere' },
  { path: 'src/files', runs: 'anywhere' },
  { path: 'src/exporters', runs: 'anywhere' },
  { path: 'src/nodes', runs: 'in a browser' },
  { path: 'src/browser', runs: 'in Node' },
  { path: 'src/outputs', runs: 'in Node' },
  { path: 'src/sound', runs: 'in Node' },
  { path: 'src/stores', runs: 'in Node' },
  {
    path: 'src/sources/composed/page',
    runs: 'in a browser',
    alsoInNode: ['convert.ts', 'deband.ts', 'delta.ts', 'guard.ts', 'protocol.ts'],
  },
  { path: 'src/sources', runs: 'in Node' },
  { path: 'src/jobs', runs: 'in Node' },
  { path: 'src/farm', runs: 'in Node' },
  { path: 'src/editor/page', runs: 'in a browser', alsoInNode: ['protocol.ts', 'render-protocol.ts'] },
  { path: 'src/editor', runs: 'in Node' },
  { path: 'src/explorer/state', runs: 'anywhere' },
  { path: 'src/explorer/plane', runs: 'in a browser' },
  { path: 'src/player', runs: 'in a browser' },
  { path: 'src/explorer/saving', runs: 'in a browser' },
  { path: 'src/explorer/page', runs: 'in a browser' },
  { path: 'src/explorer', runs: 'in Node' },
  { path: 'src/cli', runs: 'in Node' },
];

/** Files outside the folders, and what each may import. */
const ENTRIES: Record<string, { runs: Runs; imports: string[] }> = {
  'src/embedded.ts': { runs: 'anywhere', imports: [] },
  'src/checked.ts': { runs: 'anywhere', imports: ['src/core', 'src/renderers'] },
  'src/index.ts': {
    runs: 'anywhere',
    imports: ['src/core', 'src/renderers', 'src/files', 'src/checked.ts'],
  },
  'src/render.ts': {
    runs: 'in Node',
    imports: ['src/core', 'src/outputs', 'src/sound', 'src/stores', 'src/sources', 'src/jobs'],
  },
  'src/vite.ts': { runs: 'in Node', imports: ['src/outputs', 'src/sources'] },
};

/** The packages that browser code may import. All others are for Node. */
const BROWSER_PACKAGES =
  /^(@motion-canvas\/((core|2d)(\/.*)?|ui)|preact(\/(hooks|jsx-runtime))?|@preact\/signals|mediabunny|d3-[a-z-]+|fastest-levenshtein|seedrandom|three|zod)$/;

/** Globals that do I/O or exist in one host only: core and files must not use them. */
const HOST_NAMES = new Set(
  (
    'fetch XMLHttpRequest WebSocket EventSource Worker localStorage sessionStorage indexedDB caches navigator location ' +
    'document window self process Buffer require __dirname __filename'
  ).split(' '),
);

const COLUMNS = 120;

const sources = filesIn('src', /\.tsx?$/);
const folderOf = (path: string) => FOLDERS.find((folder) => path.startsWith(`${folder.path}/`));
const nameOf = (path: string) => folderOf(path)?.path ?? path;

function runsOf(path: string): Runs {
  if (path.endsWith('.node.ts')) return 'in Node';
  if (path.endsWith('.browser.ts')) return 'in a browser';
  const folder = folderOf(path);
  if (folder?.alsoInNode?.includes(path.slice(folder.path.length + 1))) return 'anywhere';
  return folder?.runs ?? ENTRIES[path]?.runs ?? 'in Node';
}

/** Fails with the rule and all violations. */
function expectNone(rule: string, broken: Iterable<string>): void {
  const all = [...broken];
  if (all.length > 0) expect.fail(`Rule: ${rule}\n  ${all.join('\n  ')}`);
}

/** Each pair of files where the first imports the second. */
function* edges(files: readonly string[]): Generator<[from: string, to: string]> {
  for (const from of files) for (const { files } of importsOf(from)) for (const to of files) yield [from, to];
}

/** Whether code that runs in one host may import code that runs in another. */
const mayUse = (runs: Runs, other: Runs) => other === 'anywhere' || other === runs;

describe('imports', () => {
  test('every file is in a folder of the table, or an entry', () => {
    expectNone(
      'every file of src is in a folder of the table in test/architecture.test.ts and CONTRIBUTING.md',
      sources.filter((path) => !folderOf(path) && !ENTRIES[path]),
    );
  });

  test('folders import only from those above them', () => {
    const broken: string[] = [];
    for (const [from, to] of edges(sources)) {
      const [a, b] = [nameOf(from), nameOf(to)];
      if (a === b || b === 'src/embedded.ts') continue;
      const allowed =
        ENTRIES[a]?.imports ??
        FOLDERS.slice(
          0,
          FOLDERS.findIndex(({ path }) => path === a),
        ).map(({ path }) => path);
      if (!allowed.includes(b))
        broken.push(`${from} imports ${to}: ${a} may import from ${allowed.join(', ') || 'nothing'}`);
    }
    expectNone('a folder imports only from those above it in the table', broken);
  });

  test('code imports only what runs where it runs', () => {
    const broken: string[] = [];
    for (const path of sources) {
      const runs = runsOf(path);
      for (const { name, files } of importsOf(path)) {
        const here = files.length > 1 ? [] : files; // "#host" and "#gpu" have one file per host
        for (const to of here)
          if (!mayUse(runs, runsOf(to)))
            broken.push(`${path} runs ${runs} and imports ${to}, which runs ${runsOf(to)}`);
        if (files.length > 0 || name.startsWith('.') || runs === 'in Node') continue;
        const builtin = name.startsWith('node:') || builtinModules.includes(name);
        if (builtin || !BROWSER_PACKAGES.test(name))
          broken.push(`${path} runs ${runs} and imports "${name}"`);
      }
    }
    expectNone(
      'code for browsers imports no Node code and no package for Node; code for Node imports no code for browsers',
      broken,
    );
  });

  test.each(['src', 'bench', 'test', 'scenes'])('%s has no import cycles', (folder) => {
    const files = filesIn(folder, /\.tsx?$/);
    expectNone('no import cycles: move what both files need into a third', cyclesIn(files));
  });

  test('each deep use of Motion Canvas is in one file, which CONTRIBUTING.md lists', () => {
    const users = new Map<string, Set<string>>();
    for (const path of [...sources, ...filesIn('build', /\.[jt]s$/)])
      for (const name of deepNamesIn(parse(path))) users.set(name, (users.get(name) ?? new Set()).add(path));
    const [, table = ''] = /## Motion Canvas\n(.*?)\n## /s.exec(textOf('CONTRIBUTING.md')) ?? [];
    const broken: string[] = [];
    for (const [name, paths] of users) {
      if (paths.size > 1) broken.push(`${name} is named in ${[...paths].join(' and ')}`);
      for (const path of paths)
        if (!table.includes(`\`${path}\``)) broken.push(`CONTRIBUTING.md does not list ${path}: ${name}`);
    }
    expect(users.size).toBeGreaterThan(5);
    expectNone(
      'everything of Motion Canvas but the imports of core and 2d is named in one file, and listed in CONTRIBUTING.md',
      broken,
    );
  });

  test('core and files do no I/O', () => {
    const broken: string[] = [];
    for (const path of sources.filter((path) => /^src\/(core|files)\//.test(path))) {
      const visit = (node: ts.Node): void => {
        if (ts.isIdentifier(node) && HOST_NAMES.has(node.text) && isGlobal(node))
          broken.push(`${path}:${lineOf(node)} uses ${node.text}`);
        ts.forEachChild(node, visit);
      };
      visit(parse(path));
    }
    expectNone('core and files do no I/O and use nothing that only one host has', broken);
  });
});

/** The names of Motion Canvas in a file's strings, apart from imports of all that `core` and `2d` export. */
function deepNamesIn(file: ts.SourceFile): string[] {
  const found = file.typeReferenceDirectives.map(({ fileName }) => fileName);
  const visit = (node: ts.Node): void => {
    const isImport = ts.isImportDeclaration(node.parent) || ts.isExportDeclaration(node.parent);
    if (ts.isLiteralExpression(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
      for (const [name] of node.text.matchAll(/@motion-canvas[\w/.-]*|motion-canvas(?::|\\?.ui)[\w.\\-]*/g))
        if (!isImport || !/^@motion-canvas\/(core|2d)$/.test(name)) found.push(name);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(file, visit);
  return found.filter((name) => name.includes('motion-canvas'));
}

/** The five shortest cycles, as "a → b → a": one wrong import causes hundreds. */
function cyclesIn(files: readonly string[]): string[] {
  const imports = new Map<string, string[]>();
  for (const [from, to] of edges(files)) imports.set(from, [...(imports.get(from) ?? []), to]);
  const found = new Map<string, string[]>();
  const done = new Set<string>();
  const visit = (path: string, above: string[]): void => {
    const at = above.indexOf(path);
    if (at >= 0) {
      const cycle = above.slice(at);
      found.set([...cycle].sort().join(), [...cycle, path]);
    } else if (!done.has(path)) {
      for (const to of imports.get(path) ?? []) visit(to, [...above, path]);
      done.add(path);
    }
  };
  for (const path of files) visit(path, []);
  const shortest = [...found.values()].sort((a, b) => a.length - b.length).slice(0, 5);
  return shortest.map((cycle) => cycle.join(' → '));
}

/** Whether an identifier is a reference to a value: not a property, key, declaration or type. */
function isGlobal(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isQualifiedName(parent) || ts.isTypeReferenceNode(parent)) return false;
  return !('name' in parent && parent.name === node);
}

const lineOf = (node: ts.Node) => {
  const file = node.getSourceFile();
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
};

describe('public exports', () => {
  const publicExports = ['src/index.ts', 'src/render.ts', 'src/nodes/index.ts'].flatMap((entry) =>
    [...exportsOf(entry)].map(([name, node]) => ({
      name,
      node,
      place: `${node.getSourceFile().fileName}:${lineOf(node)}`,
    })),
  );
  const functions = publicExports.flatMap(({ name, node, place }) =>
    ts.isFunctionDeclaration(node) ? [{ name, node, place, doc: docblockOf(node) }] : [],
  );

  test('are all found', () => {
    const names = publicExports.map(({ name }) => name);
    for (const name of ['buildNetwork', 'sweep', 'FrameRenderer', 'renderFilm', 'NetworkField', 'dark'])
      expect(names).toContain(name);
  });

  test('each has a docblock', () => {
    expectNone(
      'every public export has a docblock',
      publicExports
        .filter(({ node }) => docblockOf(node) === '')
        .map(({ name, place }) => `${place} ${name}`),
    );
  });

  test('each member has a docblock', () => {
    const broken: string[] = [];
    for (const { name, node, place } of publicExports) {
      if (ts.isClassDeclaration(node) && node.heritageClauses?.some(({ token }) => token === IMPLEMENTS))
        continue;
      for (const member of membersOf(node)) {
        const text = member.name?.getText() ?? '';
        if (docblockOf(member) === '' && !signalOf(node.getSourceFile(), text))
          broken.push(`${place} ${name}.${text}`);
      }
    }
    expectNone(
      'every member of a public type or class has a docblock, or a documented signal of its name',
      broken,
    );
  });

  test('functions name each parameter', () => {
    const broken: string[] = [];
    for (const { name, node, place, doc } of functions) {
      const words = doc.toLowerCase();
      for (const parameter of node.parameters.map(({ name }) => name).filter(ts.isIdentifier)) {
        const { text } = parameter;
        if (!new RegExp(`\\b${text.toLowerCase()}(s|'s)?\\b`).test(words))
          broken.push(`${place} ${name}: ${text}`);
      }
    }
    expectNone('the docblock of a public function names every parameter', broken);
  });

  test('functions state their errors', () => {
    expectNone(
      'the docblock of a public function that can throw has a @throws',
      functions
        .filter(({ node, doc }) => canThrow(node) && !doc.includes('@throws'))
        .map(({ name, place }) => `${place} ${name}`),
    );
  });

  test('numbers have a unit or a range', () => {
    const broken: string[] = [];
    for (const { name, node, place } of publicExports) {
      for (const member of membersOf(node)) {
        const text = member.name?.getText() ?? '';
        if (!isNumber(member)) continue;
        const doc = docblockOf(member) || signalOf(node.getSourceFile(), text) || '';
        if (doc !== '' && !UNIT.test(doc)) broken.push(`${place} ${name}.${text}`);
      }
    }
    expectNone('the docblock of a public number states its unit, its range or what it counts', broken);
  });

  test('arrays have a shape', () => {
    expectNone(
      'the docblock of a public function that takes or gives numbers in an array says how many there are, or of what',
      functions
        .filter(({ node, doc }) => {
          const types = [...node.parameters.map(({ type }) => type), node.type];
          return types.some((type) => type && ARRAY.test(type.getText())) && !SHAPE.test(doc);
        })
        .map(({ name, place }) => `${place} ${name}`),
    );
  });
});

/** The members of a class that implements an interface are documented there. */
const IMPLEMENTS = ts.SyntaxKind.ImplementsKeyword;

const UNIT =
  /\d|\b(pixels?|seconds?|milliseconds?|frames?|bytes?|degrees|radians|units?|layers|inputs|outputs|columns|rows|percent|fraction|factor|how many|number of|count)\b/i;
const ARRAY = /\b(number\[\]|ArrayLike<number>|(Float32|Float64|Uint8)Array)/;
const SHAPE =
  /\b(one \w+ (per|for)|for each|per \w+|long|length|bytes|rows|entries|first and last|\d or \d)\b/i;

const isNumber = (member: ts.TypeElement | ts.ClassElement) => {
  const type = (member as ts.PropertySignature).type;
  return type !== undefined && /^(SignalValue<|SimpleSignal<)?number\b(?!\[)/.test(type.getText());
};

/** The public members of an interface, a type literal or a class. */
function membersOf(node: ts.Node): (ts.TypeElement | ts.ClassElement)[] {
  if (ts.isInterfaceDeclaration(node)) return [...node.members];
  if (ts.isTypeAliasDeclaration(node)) return ts.isTypeLiteralNode(node.type) ? [...node.type.members] : [];
  if (!ts.isClassDeclaration(node)) return [];
  return node.members.filter(
    (member) =>
      !ts.isConstructorDeclaration(member) &&
      !ts.isPrivateIdentifier(member.name ?? member) &&
      !ts.getModifiers(member as ts.PropertyDeclaration)?.some(({ kind }) => HIDDEN.has(kind)),
  );
}

/** Members for internal use, and overrides of documented members of a parent class. */
const HIDDEN = new Set([
  ts.SyntaxKind.PrivateKeyword,
  ts.SyntaxKind.ProtectedKeyword,
  ts.SyntaxKind.OverrideKeyword,
]);

/** The docblock of the signal of this name, in a class of the same file. */
function signalOf(file: ts.SourceFile, name: string): string | undefined {
  for (const node of file.statements.filter(ts.isClassDeclaration))
    for (const member of node.members)
      if (member.name?.getText() === name) return docblockOf(member) || undefined;
  return undefined;
}

/** Whether a function, or one of ours that it calls, has a throw statement or parses its input. */
function canThrow(node: ts.Node, seen = new Set<ts.Node>()): boolean {
  if (seen.has(node)) return false;
  seen.add(node);
  const file = node.getSourceFile().fileName;
  let found = false;
  const visit = (child: ts.Node): void => {
    if (found) return;
    if (ts.isThrowStatement(child)) found = true;
    else if (ts.isCallExpression(child)) {
      const { expression } = child;
      if (ts.isPropertyAccessExpression(expression) && expression.name.text === 'parse') found = true;
      const called = ts.isIdentifier(expression) && declarationOf(file, expression.text);
      if (called && canThrow(called, seen)) found = true;
    }
    ts.forEachChild(child, visit);
  };
  ts.forEachChild(node, visit);
  return found;
}

describe('prose', () => {
  const code = ['src', 'test', 'bench', 'build', 'scenes'].flatMap((folder) =>
    filesIn(folder, /\.([jt]sx?)$/),
  );

  test(`no comment goes beyond column ${COLUMNS}`, () => {
    const broken: string[] = [];
    for (const path of code) {
      const lines = textOf(path).split('\n');
      const wide = new Set(lines.flatMap((line, i) => (line.length > COLUMNS ? [i + 1] : [])));
      if (wide.size === 0) continue;
      for (const { line, text } of commentsOf(path))
        for (let at = line; at < line + text.split('\n').length; at++)
          if (wide.has(at)) broken.push(`${path}:${at} has ${lines[at - 1].length} columns`);
    }
    expectNone(`no comment goes beyond column ${COLUMNS}`, broken);
  });

  const documents = [
    'README.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    ...filesIn('docs', /\.md$/),
    'scenes/README.md',
  ];

  test('mentioned paths exist', () => {
    const broken: string[] = [];
    const texts = [
      ...documents.map((path) => ({ path, line: 1, text: textOf(path) })),
      ...code
        .filter((path) => /\b(src|test|bench|build|docs|scenes)\/[\w./-]+/.test(textOf(path)))
        .flatMap((path) => commentsOf(path).map((comment) => ({ path, ...comment }))),
    ];
    for (const { path, line, text } of texts) {
      for (const { 0: mentioned, index } of text.matchAll(
        /(?<![\w./@-])(src|test|bench|build|docs)\/[\w.-]+(\/[\w.-]+)*/g,
      )) {
        const file = mentioned.replace(/\.$/, '').replace(/\/NAME\b.*/, ''); // a file of that kind
        const isGenerated = /\/\.\w/.test(file);
        if (!isGenerated && !exists(file))
          broken.push(`${path}:${line + text.slice(0, index).split('\n').length - 1} mentions ${file}`);
      }
    }
    expectNone('documents and comments mention only files and folders that exist', broken);
  });
});

describe('CONTRIBUTING.md', () => {
  const text = textOf('CONTRIBUTING.md');

  test('has the table of folders in the order of this test', () => {
    const rows = [...text.matchAll(/^\| `(src\/[\w/]+)\/` \| ([\w ]+?) \|/gm)].map(
      ([, path, runs]) => `${path}, ${runs}`,
    );
    expect(
      rows,
      'Rule: the table of folders in CONTRIBUTING.md is that of test/architecture.test.ts',
    ).toEqual(FOLDERS.map(({ path, runs }) => `${path}, ${runs}`));
  });

  test('names only files that exist, possibly by the ends of their paths', () => {
    const all = [...sources, ...filesIn('test', /./), ...filesIn('build', /./), ...filesIn('docs', /./)];
    const names = [...text.matchAll(/`([\w./-]+\.[jt]sx?)`/g)].map(([, name]) => name);
    expectNone(
      'CONTRIBUTING.md names only files that exist',
      names.filter((name) => !name.includes('NAME') && !all.some((path) => `/${path}`.endsWith(`/${name}`))),
    );
  });

  test('lists at most three files, all of which exist, for each thing to add', () => {
    const lists = [...text.matchAll(/^\*\*(An? [\w ]+)\*\*:?\n((?:\d\. .*\n(?: {2,}.*\n)*)+)/gm)];
    expect(lists.map(([, title]) => title)).toEqual([
      'An activation',
      'A format',
      'A hardware encoder',
      'An export format',
      'An option',
      'A page of the guide',
      'A store',
      'A backend',
    ]);
    for (const [, title, list] of lists) {
      const items = list.split(/^\d\. /m).slice(1);
      expect(items.length, `Rule: ${title} takes at most three files`).toBeLessThanOrEqual(3);
      for (const item of items) {
        const [, path = ''] = /`([\w./-]+)`/.exec(item) ?? [];
        const known = path.replace(/NAME\b.*/, ''); // a file of that kind
        expect(exists(known), `Rule: ${title} lists files that exist: ${path || item}`).toBe(true);
      }
    }
  });
});
