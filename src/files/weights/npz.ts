/**
 * Reads arrays from an .npz: a ZIP archive of .npy files, which may be compressed. The formats: PKWARE, "APPNOTE.TXT -
 * .ZIP File Format Specification", and Kern, "A Simple File Format for NumPy Arrays" (NEP 1).
 */
import type { ExplicitLayer } from '../../core/network/spec.js';
import { Bytes, inMemory, Malformed, textOf } from '../bytes.js';
import { crc32 } from '../crc.js';
import { layersOf } from './layers.js';
import { countOf, MOST_NUMBERS, type NumberFormat, SIZES, type Tensor, tensorOf } from './tensor.js';

/** A file in the archive. */
interface Entry {
  method: number;
  crc: number;
  /** Its sizes in bytes, in the archive and decompressed. */
  packed: number;
  size: number;
  /** Where its local header is. */
  at: number;
}

/** Longer .npy headers are not read; ours have 80 to 120 bytes. */
const MOST_HEADER = 2 ** 16;
const MOST_ENTRY = MOST_NUMBERS * 8 + MOST_HEADER;

export async function readNpz(file: Uint8Array): Promise<ExplicitLayer[]> {
  const entries = entriesOf(new Bytes(inMemory(file)));
  let rest = MOST_ENTRY; // all arrays together
  return layersOf(entries.keys(), async (name) => {
    const entry = entries.get(name)!;
    rest -= entry.size;
    if (rest < 0) throw new Malformed(`has more than the ${MOST_NUMBERS} numbers that are read`);
    return readNpy(name, await unpack(file, name, entry));
  });
}

/** The archive's .npy files by their names without that ending. */
function entriesOf(bytes: Bytes): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  const end = endOf(bytes);
  const count = bytes.le(end + 10, 2);
  let at = bytes.le(end + 16, 4);
  for (let i = 0; i < count; i++) {
    if (bytes.le(at, 4) !== 0x02014b50) throw new Malformed('is cut short or damaged');
    const lengths = [28, 30, 32].map((offset) => bytes.le(at + offset, 2));
    const [name] = /^.*(?=\.npy$)/.exec(textOf(bytes.slice(at + 46, lengths[0]))) ?? [];
    if (name !== undefined) {
      entries.set(name, {
        method: bytes.le(at + 10, 2),
        crc: bytes.le(at + 16, 4),
        packed: bytes.le(at + 20, 4),
        size: bytes.le(at + 24, 4),
        at: bytes.le(at + 42, 4),
      });
    }
    at += 46 + lengths[0] + lengths[1] + lengths[2];
  }
  return entries;
}

/** Where the archive's final record is: 22 bytes, and a comment of up to 65535. */
function endOf(bytes: Bytes): number {
  for (let at = bytes.size - 22; at >= Math.max(0, bytes.size - 22 - 0xffff); at--) {
    if (bytes.u8(at) === 0x50 && bytes.le(at, 4) === 0x06054b50) return at;
  }
  throw new Malformed('is not an .npz file, or is cut short: write it with numpy.savez');
}

async function unpack(
  file: Uint8Array,
  name: string,
  { method, crc, packed, size, at }: Entry,
): Promise<Uint8Array> {
  const bytes = new Bytes(inMemory(file));
  if (size > MOST_ENTRY)
    throw new Malformed(`has ${size} bytes for ${name}, but at most ${MOST_ENTRY} are read`);
  if (bytes.le(at, 4) !== 0x04034b50) throw new Malformed('is cut short or damaged');
  const begin = at + 30 + bytes.le(at + 26, 2) + bytes.le(at + 28, 2);
  if (begin + packed > file.length) throw new Malformed('is cut short or damaged');
  const data = file.subarray(begin, begin + packed);
  if (method !== 0 && method !== 8) {
    throw new Malformed(`has ${name} compressed in an unsupported way: write it with numpy.savez_compressed`);
  }
  const whole = method === 8 ? await inflate(data, size) : data;
  if (whole.length !== size || crc32(whole) !== crc)
    throw new Malformed(`has a damaged ${name}: copy it again`);
  return whole;
}

/** Decompresses at most `size` bytes. */
async function inflate(data: Uint8Array, size: number): Promise<Uint8Array> {
  const whole = new Uint8Array(size);
  const stream = new DecompressionStream('deflate-raw');
  const writer = stream.writable.getWriter();
  // Errors of the stream also reach the reader, which reports them.
  writer.write(data as Uint8Array<ArrayBuffer>).catch(() => {});
  writer.close().catch(() => {});
  const reader = stream.readable.getReader();
  let filled = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return whole.subarray(0, filled);
      if (filled + value.length > size) throw new Malformed('is cut short or damaged');
      whole.set(value, filled);
      filled += value.length;
    }
  } catch (error) {
    reader.cancel().catch(() => {});
    throw error instanceof Malformed ? error : new Malformed('is cut short or damaged', { cause: error });
  }
}

const FORMATS: Readonly<Record<string, NumberFormat>> = { f2: 'float16', f4: 'float32', f8: 'float64' };

/** Reads a .npy. Its header is a Python dictionary in the form that NumPy writes. */
function readNpy(name: string, file: Uint8Array): Tensor {
  const bytes = new Bytes(inMemory(file));
  if (bytes.text(0, 6) !== '\x93NUMPY')
    throw new Malformed(`has no array in ${name}: write it with numpy.savez`);
  const wide = bytes.u8(6) > 1 ? 4 : 2; // of the header's length, by version
  const length = bytes.le(8, wide);
  if (length > MOST_HEADER) throw new Malformed('is cut short or damaged');
  const header = bytes.text(8 + wide, length);
  const [, endian, type] = /'descr': *'([<>|=]?)(\w+)'/.exec(header) ?? [];
  const [, fortran] = /'fortran_order': *(True|False)/.exec(header) ?? [];
  const [, sizes] = /'shape': *\(([\d, ]*)\)/.exec(header) ?? [];
  if (fortran === undefined || sizes === undefined) {
    throw new Malformed(`has an unsupported header for ${name}: write it with numpy.savez`);
  }
  const format = type === undefined ? undefined : FORMATS[type];
  if (!format) {
    throw new Malformed(`has numbers of type ${type ?? 'object'} in ${name}: save them as float32`);
  }
  const shape = sizes.split(',').flatMap((text) => (text.trim() === '' ? [] : [Number(text)]));
  const count = countOf(name, shape);
  return tensorOf(name, format, shape, bytes.slice(8 + wide + length, count * SIZES[format]), {
    bigEndian: endian === '>',
    columnMajor: fortran === 'True',
  });
}
