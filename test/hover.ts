/**
 * What an editor shows about an author's code: TypeScript's language service over one file in memory, which imports
 * the built package as its users do.
 */
import { join, resolve } from 'node:path';
import ts from 'typescript';

/** What is shown when the pointer is over a name. */
export interface Hover {
  /** "(property) seconds: number" */
  type: string;
  /** The string literals in it. */
  literals: string[];
  /** The text of its docblock, on one line. */
  text: string;
  /** The text of the docblock's `@defaultValue`. */
  defaultValue?: string;
}

/** Stands for a place in an object, or in a node's props, where names may be written. */
export const PLACE = '⟨⟩';

const WITH_FIELDS = ts.TypeFlags.Object | ts.TypeFlags.Intersection;
const root = resolve('.').replaceAll('\\', '/');
const path = `${root}/authoring.tsx`;
const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  jsx: ts.JsxEmit.ReactJSX,
  jsxImportSource: '@motion-canvas/2d/lib',
  strict: true,
  skipLibCheck: true,
  types: [],
  paths: Object.fromEntries(
    ['index', 'nodes/index', 'render'].map((name) => [
      join('untrained', name)
        .replaceAll('\\', '/')
        .replace(/\/index$/, ''),
      [`${root}/dist/${name}.d.ts`],
    ]),
  ),
};

/** An author's file, open in an editor. */
export class Authoring {
  #text = '';
  #version = 0;
  readonly #service: ts.LanguageService;

  constructor() {
    const { sys } = ts;
    const { readFile, readDirectory, directoryExists, getDirectories, realpath } = sys;
    this.#service = ts.createLanguageService({
      ...{ readFile, readDirectory, directoryExists, getDirectories, realpath },
      useCaseSensitiveFileNames: () => sys.useCaseSensitiveFileNames,
      fileExists: (name) => name === path || sys.fileExists(name),
      getCompilationSettings: () => options,
      getCurrentDirectory: () => root,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      getScriptFileNames: () => [path],
      getScriptVersion: (name) => (name === path ? `${this.#version}` : '1'),
      getScriptSnapshot: (name) => {
        const text = name === path ? this.#text : sys.readFile(name);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
    });
  }

  /** The errors that an editor underlines. */
  errorsIn(code: string): string[] {
    this.#write(code);
    const syntax = this.#service.getSyntacticDiagnostics(path);
    const errors = [...syntax, ...this.#service.getSemanticDiagnostics(path)];
    return errors.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
  }

  /** What is shown about each name that may be written at each place, if it is one of ours. */
  hovers(code: string): Map<string, Hover>[] {
    const parts = code.split(PLACE);
    this.#write(parts.join(''));
    let at = 0;
    const places = parts.slice(1).map((_, i) => {
      at += parts[i].length;
      const place = this.#placeAt(at);
      return { isObject: ts.isObjectLiteralExpression(place), forms: this.#formsOf(place) };
    });
    const found = places.map(() => new Map<string, Hover>());
    const most = Math.max(...places.map(({ forms }) => forms.length));
    // An object of several forms is written in one form at a time, since an editor rules out the others.
    for (let form = 0; form < most; form++) {
      let written = parts[0];
      const names: { place: number; name: string; at: number }[] = [];
      for (const [place, { isObject, forms }] of places.entries()) {
        for (const [name, value] of forms[form] ?? []) {
          names.push({ place, name, at: written.length + 1 });
          written += isObject ? ` ${name}: ${value},` : ` ${name}={${value}}`;
        }
        written += parts[place + 1];
      }
      this.#write(written);
      for (const { place, name, at } of names) found[place].set(name, this.#hoverAt(at));
    }
    return found;
  }

  /** The docblock of a name that an editor offers at the only place in the code. */
  completion(code: string, name: string): string {
    const at = code.indexOf(PLACE);
    this.#write(code.replace(PLACE, ''));
    const details = this.#service.getCompletionEntryDetails(path, at, name, {}, undefined, {}, undefined);
    return ts.displayPartsToString(details?.documentation);
  }

  #write(text: string): void {
    this.#text = text;
    this.#version++;
  }

  #placeAt(at: number): ts.ObjectLiteralExpression | ts.JsxAttributes {
    let found: ts.ObjectLiteralExpression | ts.JsxAttributes | undefined;
    const visit = (node: ts.Node): void => {
      if (node.getFullStart() > at || node.getEnd() < at) return;
      if (ts.isObjectLiteralExpression(node)) found = node;
      if (ts.isJsxSelfClosingElement(node)) found = node.attributes;
      ts.forEachChild(node, visit);
    };
    visit(this.#service.getProgram()!.getSourceFile(path)!);
    return found!;
  }

  /** Our names in each form of what may be written at a place, with a value: the first string, if it is one. */
  #formsOf(place: ts.ObjectLiteralExpression | ts.JsxAttributes): [name: string, value: string][][] {
    const checker = this.#service.getProgram()!.getTypeChecker();
    const type = checker.getContextualType(place);
    if (!type) throw new Error(`Nothing is known of ${place.parent.getText()}.`);
    const types = (type.isUnion() ? type.types : [type]).filter(({ flags }) => flags & WITH_FIELDS);
    const isOurs = ({ declarations = [] }: ts.Symbol) =>
      declarations.every((one) => one.getSourceFile().fileName.startsWith(`${root}/dist/`));
    const forms = types.map((one) =>
      one.getProperties().flatMap((symbol): [string, string][] => {
        if (!isOurs(symbol)) return [];
        const type = checker.getTypeOfSymbol(symbol);
        const [first] = type.isUnion() ? type.types : [type];
        return [[symbol.name, first.isStringLiteral() ? JSON.stringify(first.value) : 'null!']];
      }),
    );
    return forms.filter(({ length }) => length > 0);
  }

  #hoverAt(at: number): Hover {
    const info = this.#service.getQuickInfoAtPosition(path, at);
    const { displayParts = [], documentation, tags = [] } = info ?? {};
    const tag = tags.find(({ name }) => name === 'defaultValue');
    return {
      type: ts.displayPartsToString(displayParts),
      literals: displayParts.map(({ text }) => text).filter((text) => /^["'`]/.test(text)),
      text: ts.displayPartsToString(documentation).replace(/\s+/g, ' '),
      ...(tag && { defaultValue: ts.displayPartsToString(tag.text).replace(/\s+/g, ' ') }),
    };
  }
}
