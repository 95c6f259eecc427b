/** The table of parameters in docs/parameters.md. */
import { mixes, type Parameter } from './parameter.js';

/** Longer lists of choices are documented elsewhere. */
const MOST_CHOICES = 20;

/** Parameters as a Markdown table: name, default and meaning. `npm run docs` writes it. */
export function parameterTable(parameters: Readonly<Record<string, Parameter>>): string {
  const listed = new Set<string>(); // lists of choices already shown
  const rows = Object.entries(parameters).map(([name, parameter]) => {
    const choices = choicesOf(parameter);
    const isNew = choices !== undefined && !listed.has(choices);
    if (isNew) listed.add(choices);
    const alternatives = isNew
      ? `: ${choices}${mixes(parameter) ? ', or `{ from, to, fraction }`' : ''}`
      : '';
    const range = rangeOf(parameter);
    const limits = `${range && ` (${range})`}${isFixed(parameter) ? '; fixed' : ''}`;
    const sentence = parameter.sentence.replace(/docs\/((\w+)\.md)/g, '[$2]($1)');
    const meaning = `${sentence}${alternatives}${limits}`;
    return `| \`${name}\` | ${parameter.defaultNote ?? shown(parameter.default)} | ${meaning} |`;
  });
  return ['| parameter | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

/** A parameter's range in words: "1 to 64", "0 or more"; empty if it has none that matters in practice. */
export function rangeOf(parameter: Parameter): string {
  if (!('range' in parameter)) return '';
  const [least, greatest] = parameter.range;
  if (-least === greatest && greatest >= 1e6) return '';
  return least === 0 && greatest >= 1e6 ? '0 or more' : `${least} to ${shortest(greatest)}`;
}

/** What an editor shows about a parameter. Docblocks are written by hand, and a test compares them with this. */
export interface ParameterDoc {
  /** Its sentence and its range: "Number of inputs. 1 to 64." */
  text: string;
  /** The text of `@defaultValue`, if there is a default. */
  defaultValue?: string;
}

/** @param absent - The value that means "not set", if there is one: "null". */
export function docOf(parameter: Parameter, absent?: string): ParameterDoc {
  const range = rangeOf(parameter);
  const unit = 'unit' in parameter && range ? ` ${parameter.unit}` : '';
  const { sentence, default: value, defaultNote: note } = parameter;
  const known = note ?? (value === undefined ? undefined : literal(value));
  const none = value === undefined ? absent : undefined;
  const defaultValue = [none, known].filter((part) => part !== undefined).join(': ');
  return {
    text: `${sentence}.${range && ` ${range[0].toUpperCase()}${range.slice(1)}${unit}.`}`,
    ...(defaultValue && { defaultValue }),
  };
}

/** A value as in code. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  return typeof value === 'string' ? `'${value}'` : String(value);
}

/** The choices, if they are words and few. */
function choicesOf(parameter: Parameter): string | undefined {
  if (parameter.kind !== 'choice' || parameter.choices.length > MOST_CHOICES) return undefined;
  return parameter.choices.every((choice) => typeof choice === 'string')
    ? parameter.choices.join(', ')
    : undefined;
}

/** Whether its value is a number that cannot be animated. */
function isFixed(parameter: Parameter): boolean {
  const isNumber =
    'range' in parameter ||
    (parameter.kind === 'choice' && parameter.choices.every((choice) => typeof choice === 'number'));
  return isNumber && !parameter.moves;
}

function shown(value: unknown): string {
  if (value === undefined) return 'none';
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
}

/** 1000000000 as 1e9. */
function shortest(number: number): string {
  const exponential = number.toExponential().replace('+', '');
  return exponential.length < String(number).length ? exponential : String(number);
}
