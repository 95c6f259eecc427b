/** Tables in GLSL. */

/** `const type NAME[n] = type[](…);`, so many values in a line. */
export function table(type: string, name: string, values: readonly string[], perLine: number): string {
  const lines: string[] = [];
  for (let i = 0; i < values.length; i += perLine) lines.push(`  ${values.slice(i, i + perLine).join(', ')}`);
  return `const ${type} ${name}[${values.length}] = ${type}[](\n${lines.join(',\n')}\n);`;
}
