/** The code blocks of Markdown pages, and the words of shell commands. */
import { readFileSync } from 'node:fs';
import { marked, type Token } from 'marked';

export interface Block {
  /** Where it begins: "docs/sound.md:12". */
  at: string;
  /** Its language; empty if it has none, as indented blocks. */
  language: string;
  code: string;
  /** The name under which the page says to save it: "mine.ts". */
  name?: string;
}

/** All code blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  const text = readFileSync(page, 'utf8');
  const blocks: Block[] = [];
  let position = 0;
  let before = '';
  const visit = (tokens: Token[]): void => {
    for (const token of tokens) {
      if (token.type !== 'code') {
        if ('tokens' in token && token.tokens && token.type !== 'paragraph') visit(token.tokens);
        if (token.type === 'list') for (const item of token.items) visit(item.tokens);
        before += token.raw;
        continue;
      }
      const start = Math.max(position, text.indexOf(token.raw.trimEnd(), position));
      position = start + token.raw.trimEnd().length;
      const at = `${page}:${text.slice(0, start).split('\n').length}`;
      const name = nameOf(token.text, before);
      blocks.push({ at, language: token.lang ?? '', code: `${token.text}\n`, ...(name && { name }) });
      before = '';
    }
  };
  visit(marked.lexer(text));
  return blocks;
}

/** "save this as `mine.ts`", "`scenes/walk.ts`:", "// plan.ts", or "written in `films.csv`". */
function nameOf(code: string, before: string): string | undefined {
  const [, commented] = /^\/\/ ([\w./-]+\.\w+)\n/.exec(code) ?? [];
  const [, headed] = /(?:^|\n)`([\w./-]+\.\w+)`:\s*$/.exec(before) ?? [];
  const [, asked] = /\bas\s+`([\w./-]+\.\w+)`[^`]*(?:`[\w./]+`[^`]*)*$/.exec(before) ?? [];
  return commented ?? headed ?? asked;
}

/** A line of a shell script. */
export interface Line {
  words: string[];
  text: string;
}

/** The commands of a script, with the values of variables that it exports. */
export function linesOf(script: string): Line[] {
  const variables: Record<string, string> = {};
  const lines: Line[] = [];
  for (const text of script.split('\n')) {
    const words = wordsOf(text.replace(/\$(\w+)/g, (_, name) => variables[name] ?? `$${name}`));
    if (words[0] === 'export') {
      for (const word of words.slice(1)) {
        const [name, ...value] = word.split('=');
        variables[name] = value.join('=');
      }
    } else if (words.length > 0) lines.push({ words, text: text.trim() });
  }
  return lines;
}

/** Splits a command as shells do, with quotes and comments, but without operators. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const [word] of text.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)) {
    if (word.startsWith('#')) break;
    words.push(word.replace(/'([^']*)'|"([^"]*)"/g, (_, single, double) => single ?? double));
  }
  return words;
}
