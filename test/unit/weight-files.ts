/** Writes files of weights for tests: .npy, .npz, .safetensors and .onnx, in all forms that the readers accept. */
import { deflateRawSync } from 'node:zlib';
import { bytesOf, joined, little } from '../../src/files/bytes.js';
import { crc32 } from '../../src/files/crc.js';

export type Format = 'float16' | 'bfloat16' | 'float32' | 'float64';

/** An array in row-major order. */
export interface Given {
  shape: number[];
  values: number[];
}

/** Numbers as bytes. Values of float16 and bfloat16 must be exact there, and normal. */
export function numbers(values: number[], format: Format, bigEndian = false): Uint8Array {
  const size = { float16: 2, bfloat16: 2, float32: 4, float64: 8 }[format];
  const bytes = new Uint8Array(size * values.length);
  const view = new DataView(bytes.buffer);
  const word = new DataView(new ArrayBuffer(4));
  for (const [i, value] of values.entries()) {
    word.setFloat32(0, value);
    const bits = word.getUint32(0);
    const exponent = ((bits >>> 23) & 255) - 127 + 15;
    const half = ((bits >>> 16) & 0x8000) | (value === 0 ? 0 : (exponent << 10) | ((bits >>> 13) & 1023));
    if (format === 'float16') view.setUint16(2 * i, half, !bigEndian);
    else if (format === 'bfloat16') view.setUint16(2 * i, bits >>> 16, !bigEndian);
    else if (format === 'float32') view.setFloat32(4 * i, value, !bigEndian);
    else view.setFloat64(8 * i, value, !bigEndian);
  }
  return bytes;
}

const transposedValues = ({ shape: [rows, columns], values }: Given) =>
  values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]);

export function npy(
  given: Given,
  format: Exclude<Format, 'bfloat16'> = 'float32',
  { bigEndian = false, fortran = false, version = 1 } = {},
): Uint8Array {
  const type = `${bigEndian ? '>' : '<'}f${{ float16: 2, float32: 4, float64: 8 }[format]}`;
  const shape = `(${given.shape.join(', ')}${given.shape.length === 1 ? ',' : ''})`;
  const text = `{'descr': '${type}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }`;
  const header = bytesOf(`${text.padEnd(117 - (version > 1 ? 2 : 0))}\n`);
  const values = fortran && given.shape.length === 2 ? transposedValues(given) : given.values;
  return joined(
    bytesOf('\x93NUMPY'),
    Uint8Array.of(version, 0),
    little(header.length, version > 1 ? 4 : 2),
    header,
    numbers(values, format, bigEndian),
  );
}

export function zip(files: Record<string, Uint8Array>, compress: boolean): Uint8Array {
  const locals: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(files)) {
    const data = compress ? new Uint8Array(deflateRawSync(content)) : content;
    const sizes = joined(little(crc32(content), 4), little(data.length, 4), little(content.length, 4));
    const common = joined(little(20, 2), little(0, 2), little(compress ? 8 : 0, 2), little(0, 4));
    // NumPy's local headers have the sizes of more than 4 GB and an extra field with the true ones.
    const unknown = joined(little(crc32(content), 4), little(0xffffffff, 4), little(0xffffffff, 4));
    const extra = joined(little(1, 2), little(16, 2), little(content.length, 8), little(data.length, 8));
    const lengths = (more: number) => joined(little(name.length, 2), little(more, 2));
    const local = joined(bytesOf('PK\x03\x04'), common, unknown, lengths(20), bytesOf(name), extra, data);
    central.push(
      joined(
        bytesOf('PK\x01\x02'),
        little(20, 2),
        common,
        sizes,
        lengths(0),
        little(0, 10),
        little(at, 4),
        bytesOf(name),
      ),
    );
    locals.push(local);
    at += local.length;
  }
  const count = little(central.length, 2);
  const directory = joined(...central);
  const end = joined(
    bytesOf('PK\x05\x06'),
    little(0, 4),
    count,
    count,
    little(directory.length, 4),
    little(at, 4),
  );
  return joined(...locals, directory, end, little(0, 2));
}

export const npz = (arrays: Record<string, Uint8Array>, compress = false) =>
  zip(Object.fromEntries(Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, bytes])), compress);

export function safetensors(arrays: Record<string, Given>, format: Format): Uint8Array {
  const dtype = { float16: 'F16', bfloat16: 'BF16', float32: 'F32', float64: 'F64' }[format];
  const data: Uint8Array[] = [];
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  let at = 0;
  for (const [name, { shape, values }] of Object.entries(arrays)) {
    const bytes = numbers(values, format);
    header[name] = { dtype, shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
    data.push(bytes);
  }
  const text = bytesOf(JSON.stringify(header));
  return joined(little(text.length, 8), text, ...data);
}

// Protocol Buffers

export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.of(...bytes, rest);
}

export const whole = (field: number, value: number) => joined(varint(8 * field), varint(value));
export const message = (field: number, ...parts: Uint8Array[]) => {
  const content = joined(...parts);
  return joined(varint(8 * field + 2), varint(content.length), content);
};
export const text = (field: number, value: string) => message(field, bytesOf(value));

const TYPE = { float32: 1, float16: 10, float64: 11, bfloat16: 16 };

/** A TensorProto with raw numbers, or with packed ones in a field of their own. */
export function tensor(
  name: string,
  { shape, values }: Given,
  format: Format = 'float32',
  raw = true,
): Uint8Array {
  const bytes = numbers(values, format);
  const packed = { float32: 4, float64: 10, float16: 5, bfloat16: 5 }[format];
  const isHalf = packed === 5;
  const halves = () =>
    joined(...values.map((_, i) => varint(new DataView(bytes.buffer).getUint16(2 * i, true))));
  return joined(
    message(1, ...shape.map(varint)),
    whole(2, TYPE[format]),
    text(8, name),
    raw ? message(9, bytes) : message(packed, isHalf ? halves() : bytes),
  );
}

export interface Node {
  op: string;
  inputs: string[];
  output: string;
  attributes?: Record<string, number | string | { whole: number }>;
}

/** An .onnx from the input x to the output y. */
export function onnx(nodes: Node[], constants: Uint8Array[], inputs = ['x'], outputs = ['y']): Uint8Array {
  const graph = [
    ...nodes.map(({ op, inputs, output, attributes = {} }) =>
      message(
        1,
        ...inputs.map((name) => text(1, name)),
        text(2, output),
        text(4, op),
        ...Object.entries(attributes).map(([name, value]) =>
          message(
            5,
            text(1, name),
            typeof value === 'number'
              ? joined(varint(8 * 2 + 5), numbers([value], 'float32'))
              : typeof value === 'string'
                ? text(4, value)
                : whole(3, value.whole),
          ),
        ),
      ),
    ),
    ...constants.map((constant) => message(5, constant)),
    ...inputs.map((name) => message(11, text(1, name))),
    ...outputs.map((name) => message(12, text(1, name))),
  ];
  return joined(whole(1, 9), text(2, 'tests'), message(7, ...graph));
}
