/** Checks the options of a film's encoding against its format. */

import { UsageError } from '../core/errors.js';
import { inBytes } from './budget.js';
import type { EncodeOptions, Format, NumberOption, Output } from './formats/format.js';
import { endingsIn, formatList, formatNamed } from './formats/index.js';

export { codecs, depths, type EncodeOptions, gifPalettes, qualities } from './formats/format.js';
export { type EncoderChoice, encoderChoices } from './formats/hardware.js';

/**
 * Rejects options that the format does not accept.
 * @throws UsageError with the range, or the formats that accept the option.
 */
export function checkEncodeOptions({ format: name, path }: Output, options: EncodeOptions): void {
  const format = formatNamed(name);
  const { maxSize, loops = 1, depth = 8 } = options;
  if (format.quality?.option) checkNumber(format.quality.option, options);
  if (depth !== 8 && !format.deep) {
    const able = endingsIn(formatList.filter(({ deep }) => deep));
    throw new UsageError(
      `"${path}" cannot have --depth ${depth}, since .${format.endings[0]} files have 8 bits: write ${able}, or leave it out.`,
    );
  }
  within('--loops', loops, 1, 1000, 'try 3');
  if (!Number.isInteger(loops))
    throw new UsageError(`The --loops is ${loops} but must be a whole number: try 3.`);
  if (loops > 1 && !format.loops) {
    const able = endingsIn(formatList.filter((other) => other.loops));
    const why = format.repeats
      ? 'repeats anyway: leave it out'
      : `is another format: leave it out, or write ${able}`;
    throw new UsageError(`--loops applies only to ${able}, and "${path}" ${why}.`);
  }
  within('--max-size', maxSize, 1, Number.MAX_SAFE_INTEGER, 'try 8MB');
  if (maxSize !== undefined && format.fixedSize) {
    const { because, instead } = format.fixedSize;
    throw new UsageError(
      `"${path}" is ${because}, and --max-size is ${inBytes(maxSize)}: ` +
        `write ${instead}, or make it smaller with --size.`,
    );
  }
}

/** Whether a format has an option. @param name - The format's name. */
export const takesOption = (name: string, option: NumberOption['option']): boolean =>
  isFor(formatNamed(name), option);

/** The endings of the formats that have an option, for a sentence: ".mp4 and .webm". */
export const endingsTaking = (option: NumberOption['option']): string =>
  endingsIn(
    formatList.filter((format) => isFor(format, option)),
    'and',
  );

const isFor = ({ quality }: Format, option: NumberOption['option']): boolean =>
  quality?.option?.option === option;

function checkNumber(
  { option, called, least, most, whole, hint }: NumberOption,
  options: EncodeOptions,
): void {
  const value = options[option];
  within(called, value, least, most, `try ${hint}`);
  if (whole && value !== undefined && !Number.isInteger(value))
    throw new UsageError(`The ${called} is ${value} but must be a whole number: try ${Math.round(value)}.`);
}

function within(what: string, value: number | undefined, least: number, most: number, hint: string): void {
  if (value === undefined || (value >= least && value <= most)) return;
  throw new UsageError(`The ${what} is ${value} but must be from ${least} to ${most}: ${hint}.`);
}
