/** JSON parsing with our own error messages: V8's vary between Node versions and quote the file. */

/**
 * Parses JSON text like JSON.parse.
 * @throws SyntaxError with the position of the first mistake, counted from 1, and what is wrong there:
 * "line 2, column 9: a comma or the closing bracket is missing".
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { at, problem } = mistakeIn(text);
    const before = text.slice(0, at).split('\n');
    const place = `line ${before.length}, column ${[...before.at(-1)!].length + 1}`;
    throw new SyntaxError(`${place}: ${problem}`, { cause: error });
  }
}

const SCALAR = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

/** The first mistake and its position. Neither depth nor length can overflow the stack. */
function mistakeIn(text: string): { at: number; problem: string } {
  let at = 0;
  const eat = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  const eatSpace = () => {
    while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++;
  };
  /** Does not advance if there is no valid string. */
  const eatString = (): boolean => {
    const start = at++;
    while (text[at] !== '"') {
      if (text[at] === '\\' ? eat(ESCAPE) : text[at] >= ' ' && ++at) continue;
      at = start;
      return false;
    }
    at++;
    return true;
  };
  const open: ('{' | '[')[] = [];
  const wrong = (rule: string) => ({ at, problem: at >= text.length ? `the text ends, and ${rule}` : rule });
  /** Reads a name and its colon. */
  const name = () => {
    if (text[at] === '"' ? !eatString() : true)
      return wrong(text[at] === '"' ? BAD_STRING : 'a name in double quotes is missing');
    eatSpace();
    if (text[at] !== ':') return wrong('a colon is missing');
    at++;
  };
  for (;;) {
    eatSpace(); // a value begins here
    const bracket = text[at];
    if (bracket === '{' || bracket === '[') {
      at++;
      open.push(bracket);
      eatSpace();
      const empty = text[at] === (bracket === '{' ? '}' : ']');
      if (!empty) {
        const problem = bracket === '{' ? name() : undefined;
        if (problem) return problem;
        continue;
      }
    } else if (bracket === '"') {
      if (!eatString()) return wrong(BAD_STRING);
    } else if (!eat(SCALAR)) return wrong('a value is missing, or is not valid JSON');
    for (;;) {
      eatSpace(); // a value ends here
      const inner = open.at(-1);
      if (inner === undefined) return wrong('there is extra text after the end');
      if (text[at] === (inner === '{' ? '}' : ']')) {
        at++;
        open.pop();
        continue;
      }
      if (text[at] !== ',')
        return wrong(`a comma or the closing ${inner === '{' ? 'brace' : 'bracket'} is missing`);
      at++;
      eatSpace();
      const problem = inner === '{' ? name() : undefined;
      if (problem) return problem;
      break;
    }
  }
}

const BAD_STRING = 'a string is not closed, or has an escape or a line break that JSON does not allow';
