/** Finds the calls of listen() and beats() in a module, without running it. */
import { extname } from 'node:path';
import { parseAst, transformWithEsbuild } from 'vite';
import { checkedPlaceholder, type Placeholder } from '../../core/sound/listening.js';

/** The calls in one module. */
export interface Calls {
  /** What the calls with literal arguments ask for. */
  placeholders: Placeholder[];
  /** The sources of the imports that name sounds, as the module writes them. */
  imports: string[];
}

/** Completes a message about a call that is not among these. */
export const NOT_LITERAL =
  'must be literals, constants of the same module, or an imported sound file, because the sound is heard before the ' +
  `scene runs: write them in full, such as listen('song.mp3', { band: 'bass' }).`;

const NAMES = ['listen', 'beats'] as const;

/** The parts of a syntax tree that are looked at. */
interface Syntax {
  type: string;
  [field: string]: unknown;
}

/** Undefined for a module that cannot call them, or that has a syntax error, which the bundler will report. */
export async function callsIn(code: string, path: string): Promise<Calls | undefined> {
  if (!/\b(listen|beats)\b/.test(code) || !/untrained\/nodes/.test(code)) return undefined;
  const program = await parsed(code, path);
  if (!program) return undefined;
  const constants = new Map<string, unknown>();
  const functions = new Map<string, (typeof NAMES)[number]>(); // by their local names
  const imports = new Set<string>();
  for (const statement of program.body as Syntax[]) {
    const { type, source, specifiers = [] } = statement as Syntax & { specifiers?: Syntax[] };
    if (type === 'ImportDeclaration') {
      const from = String((source as Syntax).value);
      for (const { type: kind, local, imported } of specifiers) {
        const name = (local as Syntax).name as string;
        const its = NAMES.find((known) => known === (imported as Syntax | undefined)?.name);
        if (from === 'untrained/nodes' && its) functions.set(name, its);
        else if (kind === 'ImportDefaultSpecifier') constants.set(name, new Imported(from));
      }
    }
    const declared = type === 'ExportNamedDeclaration' ? (statement.declaration as Syntax | null) : statement;
    if (declared?.type !== 'VariableDeclaration' || declared.kind !== 'const') continue;
    for (const { id, init } of declared.declarations as { id: Syntax; init: Syntax }[]) {
      if (id.type !== 'Identifier') continue;
      const value = literal(init, constants);
      if (value !== UNKNOWN) constants.set(id.name as string, value);
    }
  }
  const placeholders = new Map<string, Placeholder>();
  visit(program, (call) => {
    const name = calledName(call.callee as Syntax, functions);
    const [file, options = {}] = (call.arguments as Syntax[]).map((node) => literal(node, constants));
    if (!name || options === UNKNOWN || typeof options !== 'object') return;
    const sound = file instanceof Imported ? file.source : file;
    if (typeof sound !== 'string') return;
    const { offset: _, ...rest } = options as { offset?: unknown };
    try {
      const placeholder = checkedPlaceholder({ ...rest, [name]: sound });
      placeholders.set(JSON.stringify(placeholder), placeholder);
      if (file instanceof Imported) imports.add(sound);
    } catch {
      // The call itself will report it, if it runs.
    }
  });
  return { placeholders: [...placeholders.values()], imports: [...imports] };
}

/** The value of an import. */
class Imported {
  constructor(readonly source: string) {}
}

const UNKNOWN = Symbol('not a literal');

async function parsed(code: string, path: string): Promise<Syntax | undefined> {
  try {
    const loader = /^\.[cm]?tsx?$/.test(extname(path)) ? 'tsx' : 'jsx';
    const options = {
      loader,
      jsx: 'automatic',
      sourcemap: false,
      target: 'esnext',
      tsconfigRaw: '{}',
    } as const;
    const { code: plain } = await transformWithEsbuild(code, path, options);
    return parseAst(plain) as unknown as Syntax;
  } catch {
    return undefined;
  }
}

function visit(node: unknown, found: (call: Syntax) => void): void {
  if (Array.isArray(node)) for (const item of node) visit(item, found);
  else if (typeof node === 'object' && node !== null) {
    if ((node as Syntax).type === 'CallExpression') found(node as Syntax);
    for (const value of Object.values(node)) visit(value, found);
  }
}

/** Which function is called: `listen(...)`, or `nodes.listen(...)`. */
function calledName(callee: Syntax, functions: Map<string, (typeof NAMES)[number]>) {
  if (callee.type === 'Identifier') return functions.get(callee.name as string);
  if (callee.type !== 'MemberExpression' || callee.computed) return undefined;
  return NAMES.find((name) => name === (callee.property as Syntax).name);
}

/** The value of an expression without variables; UNKNOWN for others. */
function literal(node: Syntax | null, constants: ReadonlyMap<string, unknown>): unknown {
  if (node === null) return undefined;
  const all = (nodes: (Syntax | null)[]) => {
    const values = nodes.map((one) => literal(one, constants));
    return values.includes(UNKNOWN) ? UNKNOWN : values;
  };
  switch (node.type) {
    case 'Literal':
      return 'regex' in node || 'bigint' in node ? UNKNOWN : node.value;
    case 'TemplateLiteral':
      return (node.expressions as Syntax[]).length > 0
        ? UNKNOWN
        : (node.quasis as { value: { cooked: string } }[])[0].value.cooked;
    case 'UnaryExpression': {
      const value = literal(node.argument as Syntax, constants);
      if (node.operator === 'void') return undefined; // what esbuild makes of undefined
      return typeof value === 'number' && node.operator === '-' ? -value : UNKNOWN;
    }
    case 'Identifier':
      if (node.name === 'undefined') return undefined;
      return constants.has(node.name as string) ? constants.get(node.name as string) : UNKNOWN;
    case 'ArrayExpression':
      return all(node.elements as Syntax[]);
    case 'ObjectExpression': {
      const properties = node.properties as Syntax[];
      const values = all(
        properties.map((property) => (property.type === 'Property' ? (property.value as Syntax) : property)),
      );
      const keys = properties.map(({ computed, key }) => {
        const { type, name, value } = (key ?? { type: '' }) as Syntax;
        return computed
          ? undefined
          : type === 'Identifier'
            ? String(name)
            : type === 'Literal'
              ? String(value)
              : undefined;
      });
      if (values === UNKNOWN || keys.includes(undefined)) return UNKNOWN;
      return Object.fromEntries(keys.map((key, i) => [key, (values as unknown[])[i]]));
    }
    default:
      return UNKNOWN;
  }
}
