/** Files of weights: every form is read, and anything else is refused in one line, at once and in little memory. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { statedActivations } from '../../src/core/network/weights-file.js';
import { bytesOf, joined, little } from '../../src/files/bytes.js';
import { readWeights } from '../../src/files/weights/read.js';
import {
  type Format,
  type Given,
  message,
  type Node,
  npy,
  npz,
  onnx,
  safetensors,
  tensor,
  varint,
  whole,
  zip,
} from './weight-files.js';

/** Quarters and eighths are exact in every format. */
const given = (...shape: number[]): Given => ({
  shape,
  values: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => ((i * 7) % 16) / 8 - 0.75),
});
const rows = ({ shape: [count, length], values }: Given) =>
  Array.from({ length: count }, (_, i) => values.slice(i * length, (i + 1) * length));
const transposed = ({ shape: [count, length], values }: Given): Given => ({
  shape: [length, count],
  values: values.map((_, i) => values[(i % count) * length + Math.floor(i / count)]),
});

/** 2 inputs, hidden layers of 5 and 4 units, 3 outputs; no biases in the second layer. */
const arrays = { W1: given(5, 2), b1: given(5), W2: given(4, 5), W3: given(3, 4), b3: given(3) };
const layers = [
  { w: rows(arrays.W1), b: arrays.b1.values },
  { w: rows(arrays.W2) },
  { w: rows(arrays.W3), b: arrays.b3.values },
];
const mapped = <T>(change: (array: Given, name: string) => T) =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, change(array, name)])) as Record<
    string,
    T
  >;
const upright = (array: Given) => (array.shape.length === 2 ? transposed(array) : array);

async function problem(name: string, bytes: Uint8Array): Promise<string> {
  try {
    await readWeights(name, bytes);
    return '';
  } catch (error) {
    expect((error as Error).name, String((error as Error).stack)).toBe('UsageError');
    const { message } = error as Error;
    expect(message).toMatch(/^[^\p{C}]{1,450}\.$/u);
    expect(message.startsWith(name)).toBe(true);
    return message;
  }
}

describe('.npz', () => {
  const formats = ['float16', 'float32', 'float64'] as const;
  for (const format of formats) {
    test.each([
      [{}, false],
      [{ fortran: true }, true],
      [{ bigEndian: true, version: 2 }, true],
    ])(`${format} %j, compressed: %s`, async (form, compressed) => {
      expect(
        await readWeights(
          'a.npz',
          npz(
            mapped((array) => npy(array, format, form)),
            compressed,
          ),
        ),
      ).toEqual(layers);
    });
  }

  test('matrices with one column per unit', async () => {
    expect(await readWeights('a.npz', npz(mapped((array) => npy(upright(array)))))).toEqual(layers);
  });

  test('other arrays are left alone', async () => {
    const more = { ...mapped((array) => npy(array)), loss: bytesOf('anything') };
    expect(await readWeights('a.npz', npz(more))).toEqual(layers);
  });

  const W1 = npy(given(3, 2));
  test.each<[string, Uint8Array]>([
    ['another name', npz({ arr_0: W1 })],
    ['a gap', npz({ W1, W3: W1 })],
    ['biases without weights', npz({ W1, b1: npy(given(3)), b2: npy(given(3)) })],
    ['whole numbers', npz({ W1: bytesOf(String.fromCharCode(...W1).replace('<f4', '<i4')) })],
    ['a matrix of matrices', npz({ W1: npy(given(3, 2, 1)) })],
    ['a list for a matrix', npz({ W1: npy(given(3)) })],
    ['shapes that do not follow', npz({ W1: npy(given(5, 2)), W2: npy(given(3, 4)) })],
    ['two biases for three units', npz({ W1, b1: npy(given(2)) })],
    ['seven outputs', npz({ W1: npy(given(7, 2)) })],
    ['NaN', npz({ W1: npy({ shape: [1, 2], values: [1, Number.NaN] }) })],
    ['fewer numbers than its shape', npz({ W1: W1.subarray(0, W1.length - 4) })],
    [
      'a shape beyond memory',
      npz({ W1: bytesOf(String.fromCharCode(...W1).replace('(3, 2)', '(999999999, 999999999)')) }),
    ],
    ['a checksum that is wrong', joined(npz({ W1 }).map((byte, i) => (i === 150 ? byte ^ 1 : byte)))],
    ['text in place of an array', npz({ W1: bytesOf('no array at all') })],
    ['no archive', bytesOf('PK')],
  ])('%s is refused in one line', async (_, bytes) => {
    expect(await problem('a.npz', bytes)).toMatchSnapshot();
  });

  test('an archive that unpacks to more than it states, or states more than is read, is refused', async () => {
    const honest = npz({ W1: new Uint8Array(1e6) }, true);
    const at = String.fromCharCode(...honest).lastIndexOf('PK\x01\x02');
    for (const size of [100, 2 ** 31]) {
      const bytes = honest.slice();
      bytes.set(little(size, 4), at + 24);
      expect(await problem('a.npz', bytes)).not.toBe('');
    }
    const many = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`W${i + 1}.npy`, new Uint8Array(2 ** 20)]),
    );
    expect(await problem('a.npz', zip(many, true))).not.toBe('');
  });
});

describe('.safetensors', () => {
  test.each<Format>(['float16', 'bfloat16', 'float32', 'float64'])('%s', async (format) => {
    expect(await readWeights('a.safetensors', safetensors(arrays, format))).toEqual(layers);
    expect(await readWeights('a.safetensors', safetensors(mapped(upright), format))).toEqual(layers);
  });

  const withHeader = (header: unknown, data = new Uint8Array(24)) => {
    const bytes = bytesOf(typeof header === 'string' ? header : JSON.stringify(header));
    return joined(little(bytes.length, 8), bytes, data);
  };
  const W1 = { dtype: 'F32', shape: [3, 2], data_offsets: [0, 24] };
  test.each<[string, Uint8Array]>([
    ["PyTorch's names", withHeader({ '0.weight': W1, '0.bias': W1 })],
    ['whole numbers', withHeader({ W1: { ...W1, dtype: 'I32' } })],
    ['a type that is no text', withHeader({ W1: { ...W1, dtype: { '\u001b[31m': ['x'.repeat(500)] } } })],
    ['a place beyond its end', withHeader({ W1: { ...W1, data_offsets: [8, 32] } })],
    ['a place that ends before it begins', withHeader({ W1: { ...W1, data_offsets: [24, 0] } })],
    ['a negative length', withHeader({ W1: { ...W1, shape: [-3, -2] } })],
    ['lengths whose product overflows', withHeader({ W1: { ...W1, shape: [2 ** 40, 2 ** 40] } })],
    ['null for an array', withHeader({ W1: null })],
    ['no header', withHeader('nothing')],
    ['a header longer than the file', little(2 ** 23, 8)],
    ['a header of 2^60 bytes', joined(little(2 ** 60, 8), new Uint8Array(64))],
  ])('%s is refused in one line', async (_, bytes) => {
    expect(await problem('a.safetensors', bytes)).toMatchSnapshot();
  });
});

describe('.json', () => {
  const read = (value: unknown) => readWeights('a.json', new TextEncoder().encode(JSON.stringify(value)));

  test('a list of layers, or an object with such weights', async () => {
    expect(await read(layers)).toEqual(layers);
    expect(await read({ weights: layers })).toEqual(layers);
  });

  test.each([
    '{"weights": []}',
    '[{"w": [[1, "2"]]}]',
    '[{"w": [[1, null]]}]',
    '[{"w": [1]}]',
    '[{"w": [[1]], "c": 1}]',
    '[null]',
    '7',
    '[{',
  ])('%s is refused in one line', async (text) => {
    expect(await problem('a.json', bytesOf(text))).toMatchSnapshot();
  });
});

describe('.onnx', () => {
  const { W1, b1, W2, W3, b3 } = arrays;
  const constants = (format: Format = 'float32', raw = true) => [
    tensor('W1', W1, format, raw),
    tensor('b1', b1, format, raw),
    tensor('W2', transposed(W2), format, raw),
    tensor('W3', transposed(W3), format, raw),
    tensor('b3', { ...b3, shape: [1, 3] }, format, raw),
  ];
  const nodes: Node[] = [
    { op: 'Gemm', inputs: ['x', 'W1', 'b1'], output: '1', attributes: { transB: { whole: 1 } } },
    { op: 'Tanh', inputs: ['1'], output: '2' },
    { op: 'MatMul', inputs: ['2', 'W2'], output: '3' },
    { op: 'Relu', inputs: ['3'], output: '4' },
    { op: 'MatMul', inputs: ['4', 'W3'], output: '5' },
    { op: 'Add', inputs: ['b3', '5'], output: '6' },
    { op: 'Sigmoid', inputs: ['6'], output: 'y' },
  ];
  /** The same nodes with a change to the i-th. */
  const changed = (i: number, change: Partial<Node>) =>
    onnx(nodes.with(i, { ...nodes[i], ...change }), constants());

  test.each<[Format, boolean]>([
    ['float16', true],
    ['float16', false],
    ['bfloat16', true],
    ['bfloat16', false],
    ['float32', true],
    ['float32', false],
    ['float64', true],
    ['float64', false],
  ])('%s, raw: %s', async (format, raw) => {
    const read = await readWeights('a.onnx', onnx(nodes, constants(format, raw)));
    expect(read).toEqual(layers);
    expect(statedActivations(read)).toEqual(['tanh', 'relu', 'sigmoid']);
  });

  test('constants among the inputs, factors, identities, and layers without an activation', async () => {
    const chain: Node[] = [
      {
        op: 'Gemm',
        inputs: ['x', 'W1', 'b1'],
        output: '1',
        attributes: { transB: { whole: 1 }, alpha: 2, beta: 0.5 },
      },
      { op: 'Identity', inputs: ['1'], output: '2' },
      { op: 'Gemm', inputs: ['2', 'W2'], output: '3' },
      { op: 'Elu', inputs: ['3'], output: '4', attributes: { alpha: 1 } },
      { op: 'MatMul', inputs: ['4', 'W3'], output: 'y' },
    ];
    const read = await readWeights('a.onnx', onnx(chain, constants(), ['W1', 'x', 'b1']));
    expect(read).toEqual([
      { w: layers[0].w.map((row) => row.map((w) => 2 * w)), b: b1.values.map((b) => b / 2) },
      { w: layers[1].w },
      { w: layers[2].w },
    ]);
    expect(statedActivations(read)).toEqual(['identity', 'elu', 'identity']);
  });

  test.each<[string, Uint8Array]>([
    ['another operator', changed(1, { op: 'Conv' })],
    ['another slope', changed(3, { op: 'LeakyRelu', attributes: { alpha: 0.2 } })],
    ['an approximation', changed(1, { op: 'Gelu', attributes: { approximate: 'tanh' } })],
    ['a shortcut', changed(5, { inputs: ['4', '5'] })],
    ['a transposed input', changed(0, { attributes: { transA: { whole: 1 }, transB: { whole: 1 } } })],
    ['two activations in a row', changed(2, { op: 'Tanh', inputs: ['2'] })],
    ['a matrix that varies', changed(2, { inputs: ['2', '2'] })],
    ['no way to the output', onnx(nodes.slice(0, 5), constants())],
    ['a circle', changed(6, { output: 'x' })],
    ['two inputs', onnx(nodes, constants(), ['x', 'z'])],
    ['no layers', onnx([{ op: 'Identity', inputs: ['x'], output: 'y' }], [])],
    ['weights in another file', onnx(nodes, [joined(constants()[0], whole(14, 1)), ...constants().slice(1)])],
    ['whole numbers', onnx(nodes, [joined(constants()[0], whole(2, 7)), ...constants().slice(1)])],
    [
      'a huge shape',
      onnx(nodes, [joined(constants()[0], message(1, varint(2 ** 40))), ...constants().slice(1)]),
    ],
    ['biases of another length', onnx(nodes, constants().with(1, tensor('b1', given(4))))],
    ['no graph', whole(1, 9)],
    ['text', bytesOf('an onnx file it is not')],
  ])('%s is refused in one line', async (_, bytes) => {
    expect(await problem('a.onnx', bytes)).toMatchSnapshot();
  });

  test('millions of empty parts are refused at once', async () => {
    const part = message(1);
    const many = new Uint8Array(2 * 4e6).map((_, i) => part[i % 2]);
    expect(await problem('a.onnx', message(7, many))).toMatch(/too many parts/);
    expect(await problem('a.onnx', message(7, message(1, many)))).toMatch(/too many parts/);
  });
});

describe('any file', () => {
  const files: [string, Uint8Array][] = [
    [
      'a.npz',
      npz(
        mapped((array) => npy(array)),
        true,
      ),
    ],
    ['a.npz', npz(mapped((array) => npy(array, 'float16', { fortran: true })))],
    ['a.safetensors', safetensors(arrays, 'float32')],
    ['a.json', bytesOf(JSON.stringify(layers))],
    [
      'a.onnx',
      onnx(
        [{ op: 'Gemm', inputs: ['x', 'W', 'b'], output: 'y', attributes: { transB: { whole: 1 } } }],
        [tensor('W', given(3, 2)), tensor('b', given(3))],
      ),
    ],
  ];

  test('cut short at any byte, it is refused in one line', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), fc.nat(), async ([name, bytes], cut) => {
        expect(await problem(name, bytes.subarray(0, cut % bytes.length))).not.toBe('');
      }),
      { seed: 2024, numRuns: 600 },
    );
  });

  test('with other bytes, it is read or refused in one line', async () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        async ([name, bytes], changes) => {
          const damaged = bytes.slice();
          for (const [at, byte] of changes) damaged[at % bytes.length] = byte;
          await problem(name, damaged);
        },
      ),
      { seed: 2024, numRuns: 1500 },
    );
  });

  test('with an ending that is not known, or of too many bytes, it is refused', async () => {
    expect(await problem('a.pt', new Uint8Array())).toMatchSnapshot();
    expect(await problem('a.npz', new Uint8Array(2 ** 26 + 1))).toMatchSnapshot();
  });
});
