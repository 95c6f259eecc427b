/**
 * Reads arrays from a .safetensors: a length, a JSON header with each array's type, shape and offsets, and the numbers
 * (https://github.com/huggingface/safetensors).
 */
import type { ExplicitLayer } from '../../core/network/spec.js';
import { quote } from '../../core/wording/explain.js';
import { Bytes, inMemory, Malformed } from '../bytes.js';
import { layersOf } from './layers.js';
import { countOf, type NumberFormat, SIZES, tensorOf } from './tensor.js';

/** Longer headers are not read, in bytes: ours have about 80 per array. */
const MOST_HEADER = 2 ** 24;

const FORMATS: Readonly<Record<string, NumberFormat>> = {
  F16: 'float16',
  BF16: 'bfloat16',
  F32: 'float32',
  F64: 'float64',
};

export async function readSafetensors(file: Uint8Array): Promise<ExplicitLayer[]> {
  const bytes = new Bytes(inMemory(file));
  const length = bytes.le(0, 6);
  if (bytes.le(6, 2) > 0 || length > MOST_HEADER)
    throw new Malformed('is not a .safetensors file, or is damaged');
  const header = headerOf(bytes.slice(8, length));
  const data = file.subarray(8 + length);
  return layersOf(header.keys(), (name) => {
    const { dtype, shape, data_offsets: offsets } = header.get(name)!;
    const format = typeof dtype === 'string' && Object.hasOwn(FORMATS, dtype) ? FORMATS[dtype] : undefined;
    if (!format) throw new Malformed(`has numbers of type ${quote(dtype)} in ${name}: save them as float32`);
    if (!areLengths(shape) || !areLengths(offsets) || offsets.length !== 2) {
      throw new Malformed(`has no valid shape and offsets for ${name}`);
    }
    const [begin, end] = offsets;
    if (begin > end || end > data.length || end - begin !== countOf(name, shape) * SIZES[format]) {
      throw new Malformed('is cut short or damaged');
    }
    return tensorOf(name, format, shape, data.subarray(begin, end));
  });
}

/** What the header says about each array. It is not validated. */
type Described = { dtype?: unknown; shape?: unknown; data_offsets?: unknown };

function headerOf(bytes: Uint8Array): Map<string, Described> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new Malformed('is not a .safetensors file, or is damaged', { cause: error });
  }
  if (typeof header !== 'object' || header === null)
    throw new Malformed('is not a .safetensors file, or is damaged');
  const arrays = Object.entries(header).filter(([name]) => name !== '__metadata__');
  return new Map(arrays.map(([name, described]) => [name, (described ?? {}) as Described]));
}

const areLengths = (list: unknown): list is number[] =>
  Array.isArray(list) && list.length <= 8 && list.every((item) => Number.isSafeInteger(item) && item >= 0);
