/** Texts and numbers in Python. */

/**
 * Any text as a literal in ASCII. Python reads the escapes of JSON, except that a character beyond 16 bits must not be
 * two halves.
 */
export function pythonText(text: string): string {
  const escaped = Array.from(text, (character) => {
    const code = character.codePointAt(0)!;
    if (character === '"' || character === '\\') return `\\${character}`;
    if (code >= 32 && code < 127) return character;
    return code < 2 ** 16
      ? `\\u${code.toString(16).padStart(4, '0')}`
      : `\\U${code.toString(16).padStart(8, '0')}`;
  });
  return `"${escaped.join('')}"`;
}

/** Numbers, lists, names of ours and objects of these as a literal. */
export function python(value: unknown): string {
  if (typeof value === 'string') return pythonText(value);
  if (Array.isArray(value)) {
    const [first] = value;
    const isRepeated = value.length > 2 && value.every((item) => item === first);
    return isRepeated ? `[${python(first)}] * ${value.length}` : `[${value.map(python).join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, item]) => `${pythonText(key)}: ${python(item)}`);
    return `{${entries.join(', ')}}`;
  }
  return typeof value === 'number' ? pythonNumber(value) : `${value}`;
}

/** A number as a literal. Whole numbers that are too large for PyTorch's integers become floats. */
export const pythonNumber = (value: number): string =>
  Math.abs(value) < 2 ** 53 ? `${value}` : value.toExponential();

/** How many bytes one line of base64 holds, and how many lines are encoded at once. */
const [BYTES_PER_LINE, LINES] = [87, 64];

/** Bytes as base64 between triple quotation marks, in lines of 116 characters. */
function base64Lines(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += LINES * BYTES_PER_LINE) {
    const text = btoa(String.fromCharCode(...bytes.subarray(at, at + LINES * BYTES_PER_LINE)));
    parts.push(text.replace(/.{116}(?=.)/g, '$&\n'));
  }
  return `"""\n${parts.join('\n')}\n"""`;
}

/** Numbers of a type of PyTorch, as an expression. */
export const decoded = (bytes: Uint8Array, type: string) =>
  `torch.frombuffer(bytearray(base64.b64decode(${base64Lines(bytes)})), dtype=torch.${type})`;
