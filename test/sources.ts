/** The project's own source files, parsed but not type-checked: their imports, comments and exports. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The text of a file. @param path - Relative to the project's root, with slashes. */
export const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

export const exists = (path: string): boolean => existsSync(join(root, path));

/** All files below a folder, sorted, as paths relative to the project's root, without generated folders. */
export function filesIn(folder: string, ending: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replaceAll('\\', '/'))
    .filter((path) => !/(^|\/)(node_modules|\.cache|\.out)\//.test(path))
    .sort();
}

const parsed = new Map<string, ts.SourceFile>();

export function parse(path: string): ts.SourceFile {
  let file = parsed.get(path);
  if (!file) {
    file = ts.createSourceFile(path, textOf(path), ts.ScriptTarget.Latest, true);
    parsed.set(path, file);
  }
  return file;
}

/** Import specifiers of our own modules, with the files for each host. */
const OWN: Record<string, string[]> = {
  '#embedded': ['src/embedded.ts'],
  '#host': ['src/renderers/cpu/host.node.ts', 'src/renderers/cpu/host.browser.ts'],
  '#gpu': ['src/renderers/gpu/host.node.ts', 'src/renderers/gpu/host.browser.ts'],
  untrained: ['src/index.ts'],
  'untrained/nodes': ['src/nodes/index.ts'],
  'untrained/render': ['src/render.ts'],
};

/** An import, re-export, import() or type import. */
export interface Import {
  /** The specifier as written. */
  name: string;
  /** The files that it may resolve to; empty for a package. */
  files: string[];
}

const imports = new Map<string, Import[]>();

/** Everything that a file imports, types included. */
export function importsOf(path: string): Import[] {
  const known = imports.get(path);
  if (known) return known;
  const found: Import[] = [];
  imports.set(path, found);
  const add = (name: string) => found.push({ name, files: resolve(path, name) });
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
      add((node.moduleSpecifier as ts.StringLiteral).text);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add((node.argument.literal as ts.StringLiteral).text);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [name] = node.arguments;
      if (name && ts.isStringLiteral(name)) add(name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(path));
  return found;
}

function resolve(from: string, name: string): string[] {
  if (OWN[name]) return OWN[name];
  if (!name.startsWith('.')) return [];
  const path = posix.join(dirname(from), name);
  const base = path.replace(/\.js$/, '');
  const file = [path, `${base}.ts`, `${base}.tsx`, `${base}.wgsl`].find(
    (path) => /\.\w+$/.test(path) && exists(path),
  );
  return file ? [file] : [];
}

/** The declarations that a module exports, by name, followed through its re-exports. */
export function exportsOf(path: string): Map<string, ts.Node> {
  const found = new Map<string, ts.Node>();
  const named = new Map<string, ts.Node>();
  for (const statement of parse(path).statements) {
    for (const [name, node] of declaredBy(statement)) {
      named.set(name, node);
      const { modifiers } = statement as { modifiers?: ts.NodeArray<ts.ModifierLike> };
      if (modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) found.set(name, node);
    }
  }
  const imported = importedBy(path);
  for (const statement of parse(path).statements) {
    if (!ts.isExportDeclaration(statement)) continue;
    const { moduleSpecifier, exportClause } = statement;
    const [file] = moduleSpecifier ? resolve(path, (moduleSpecifier as ts.StringLiteral).text) : [];
    if (!exportClause || !ts.isNamedExports(exportClause)) {
      if (file) for (const [name, node] of exportsOf(file)) found.set(name, node);
      continue;
    }
    for (const { name, propertyName } of exportClause.elements) {
      const original = (propertyName ?? name).text;
      const node = file ? exportsOf(file).get(original) : (named.get(original) ?? imported(original));
      if (node) found.set(name.text, node);
    }
  }
  return found;
}

/** The names that a top-level statement declares. */
function declaredBy(statement: ts.Statement): [string, ts.Node][] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => [name.getText(), statement]);
  }
  const { name } = statement as { name?: ts.Node };
  return name && ts.isIdentifier(name) ? [[name.text, statement]] : [];
}

/** A function that finds the declaration of a module's imported name. */
function importedBy(path: string): (name: string) => ts.Node | undefined {
  const sources = new Map<string, [file: string, name: string]>();
  for (const statement of parse(path).statements) {
    const bindings = ts.isImportDeclaration(statement) && statement.importClause?.namedBindings;
    if (!bindings || !ts.isNamedImports(bindings)) continue;
    const [file] = resolve(
      path,
      ((statement as ts.ImportDeclaration).moduleSpecifier as ts.StringLiteral).text,
    );
    for (const { name, propertyName } of bindings.elements)
      if (file) sources.set(name.text, [file, (propertyName ?? name).text]);
  }
  return (name) => {
    const [file, original] = sources.get(name) ?? [];
    return file && original ? exportsOf(file).get(original) : undefined;
  };
}

/** The declaration of a top-level name of a module, its own or an imported one. */
export function declarationOf(path: string, name: string): ts.Node | undefined {
  for (const statement of parse(path).statements)
    for (const [declared, node] of declaredBy(statement)) if (declared === name) return node;
  return importedBy(path)(name);
}

/** The docblock right before a declaration or member; empty if there is none. */
export function docblockOf(node: ts.Node): string {
  return ts
    .getJSDocCommentsAndTags(node)
    .filter(ts.isJSDoc)
    .map((doc) => doc.getText())
    .join('\n');
}

/** The comments of a TypeScript or JavaScript file, each with its first line's number, from 1. */
export function commentsOf(path: string): { line: number; text: string }[] {
  const file = parse(path);
  const text = file.text;
  const ranges = new Map<number, number>();
  const visit = (node: ts.Node): void => {
    const children = node.getChildren(file).filter((child) => !ts.isJSDoc(child));
    if (children.length === 0) {
      const all = [
        ...(ts.getLeadingCommentRanges(text, node.pos) ?? []),
        ...(ts.getTrailingCommentRanges(text, node.end) ?? []),
      ];
      if (node.kind !== ts.SyntaxKind.JsxText) for (const { pos, end } of all) ranges.set(pos, end);
    }
    for (const child of children) visit(child);
  };
  visit(file);
  return [...ranges].map(([pos, end]) => ({
    line: file.getLineAndCharacterOfPosition(pos).line + 1,
    text: text.slice(pos, end),
  }));
}
