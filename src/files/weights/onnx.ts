/**
 * Reads multilayer perceptrons from an .onnx: a chain of matrices (Gemm, or MatMul and Add) and activations. Numbers of
 * fields and types are those of onnx.proto (https://github.com/onnx/onnx).
 */
import { type ActivationName, activationTable } from '../../core/network/activations.js';
import type { ExplicitLayer } from '../../core/network/spec.js';
import { Malformed } from '../bytes.js';
import { explicit, type Pair } from './layers.js';
import { type Field, fieldsOf, varints } from './protobuf.js';
import {
  countOf,
  finite,
  MOST_NUMBERS,
  type NumberFormat,
  SIZES,
  shown,
  type Tensor,
  tensorOf,
  transposed,
} from './tensor.js';

/** A network as described by a graph. */
export interface OnnxNetwork {
  layers: ExplicitLayer[];
  /** The activation after each layer, by our names. */
  activations: string[];
}

interface Operation {
  type: string;
  inputs: string[];
  outputs: string[];
  attributes: Map<string, Attribute>;
}

interface Attribute {
  number?: number;
  text?: string;
  tensor?: Uint8Array;
}

/** Our names of ONNX's activations, and the values that their attributes must have to match ours. */
const ACTIVATIONS: Readonly<Record<string, { name: string; alpha?: number; approximate?: string }>> = {
  Tanh: { name: 'tanh' },
  Relu: { name: 'relu' },
  Sigmoid: { name: 'sigmoid' },
  Sin: { name: 'sin' },
  Softplus: { name: 'softplus' },
  Gelu: { name: 'gelu', approximate: 'none' },
  Abs: { name: 'abs' },
  Swish: { name: 'silu', alpha: 1 },
  Elu: { name: 'elu', alpha: 1 },
  LeakyRelu: { name: 'leakyRelu', alpha: Math.fround(0.01) },
};

/** The maximum number of a graph's parts: a thousand layers have about eight parts each. */
const MOST_PARTS = 2 ** 14;

/** How outputs of a signed activation, and of another, may be shown, which a picture does anyway. */
const SHOWN = [
  'signed: ',
  'signed: Mul 0.5, Add 0.5',
  'signed: Mul 0.5, Add 0.5, Clip 0 1',
  ': ',
  ': Clip 0 1',
];

const READ = 'only Gemm, MatMul, Add and activations can be read';

export function readOnnx(file: Uint8Array): OnnxNetwork {
  const graph = lastOf(fieldsOf(file), 7);
  if (!graph) throw new Malformed('is not an .onnx file, or has no graph');
  const operations: Operation[] = [];
  const constants = new Map<string, Uint8Array>(); // tensors, not yet read
  const inputs: string[] = [];
  const outputs: string[] = [];
  for (const { number, bytes } of fieldsOf(graph, MOST_PARTS)) {
    if (!bytes) continue;
    if (number === 1) operations.push(operationOf(bytes));
    else if (number === 5) constants.set(textIn(bytes, 8), bytes);
    else if (number === 11) inputs.push(textIn(bytes, 1));
    else if (number === 12) outputs.push(textIn(bytes, 1));
  }
  for (const { type, outputs, attributes } of operations) {
    const tensor = attributes.get('value')?.tensor;
    if (type === 'Constant' && tensor) constants.set(outputs[0], tensor);
  }
  const free = inputs.filter((name) => !constants.has(name)); // older files list constants as inputs too
  if (free.length !== 1 || outputs.length !== 1) {
    throw new Malformed(`has ${free.length} inputs and ${outputs.length} outputs, but must have one of each`);
  }
  const chain = chainOf(operations, free[0], outputs[0]);
  return networkOf(chain, constants);
}

/** The operations from the input to the output. Each value must be used once. */
function chainOf(
  operations: Operation[],
  input: string,
  output: string,
): { operation: Operation; from: string }[] {
  const users = new Map<string, Operation[]>();
  for (const operation of operations) {
    for (const name of operation.inputs) users.set(name, [...(users.get(name) ?? []).slice(0, 1), operation]);
  }
  const chain: { operation: Operation; from: string }[] = [];
  let value = input;
  while (value !== output) {
    const [operation, another] = users.get(value) ?? [];
    if (!operation || another || operation.outputs.length !== 1 || chain.length > operations.length) {
      const types = [...new Set(operations.map(({ type }) => type))].filter(
        (type) => !isRead(type) && type !== 'Constant',
      );
      const what = types.length > 0 ? `the operators ${types.slice(0, 4).join(', ')}` : 'branches';
      throw new Malformed(`is not a chain of layers: it has ${what}, but ${READ}`);
    }
    chain.push({ operation, from: value });
    value = operation.outputs[0];
  }
  return chain;
}

const isRead = (type: string) =>
  ['Gemm', 'MatMul', 'Add', 'Identity'].includes(type) || Object.hasOwn(ACTIVATIONS, type);

/** A network's layers while it is read. */
interface Open extends Pair {
  activation?: string;
}

function networkOf(
  chain: { operation: Operation; from: string }[],
  constants: ReadonlyMap<string, Uint8Array>,
): OnnxNetwork {
  const layers: Open[] = [];
  const shown: Operation[] = []; // after the last activation
  let numbers = 0;
  const constant = ({ type, inputs }: Operation, i: number): Tensor => {
    const tensor = constants.get(inputs[i]);
    if (!tensor) throw new Malformed(`has a ${type} of two values that vary, but ${READ}`);
    const read = readTensor(inputs[i], tensor);
    numbers += read.values.length;
    if (numbers > MOST_NUMBERS)
      throw new Malformed(`has more than the ${MOST_NUMBERS} numbers that are read`);
    return read;
  };
  for (const { operation, from } of chain) {
    const { type, inputs, attributes } = operation;
    const last = layers.at(-1);
    if (type === 'Identity') continue;
    if (last && (type === 'Mul' || type === 'Clip' || (type === 'Add' && shown.length > 0))) {
      shown.push(operation);
      continue;
    }
    if (shown.length > 0) throw new Malformed(`has the operator ${shown[0].type}, but ${READ}`);
    if (type === 'Gemm' || type === 'MatMul') {
      if (inputs[0] !== from) throw new Malformed(`has a ${type} whose first input is constant, but ${READ}`);
      layers.push(layerOf(operation, (i) => constant(operation, i)));
    } else if (type === 'Add') {
      if (!last || last.b || last.activation) {
        throw new Malformed(`has an Add that does not follow a MatMul, but ${READ}`);
      }
      last.b = biasesOf(constant(operation, inputs[0] === from ? 1 : 0), last.w.shape[0], 1);
    } else if (Object.hasOwn(ACTIVATIONS, type)) {
      if (!last || last.activation) throw new Malformed(`has ${type} without a layer before it`);
      last.activation = activationOf(type, attributes);
    } else throw new Malformed(`has the operator ${type}, but ${READ}`);
  }
  const last = layers.at(-1);
  if (!last) throw new Malformed(`has no layers: ${READ}`);
  const steps = shown.map((operation) => {
    const numbers = operation.inputs.slice(1).map((_, i) => constant(operation, i + 1).values.join());
    return `${operation.type} ${numbers.join(' ')}`;
  });
  const { signed } = activationTable[(last.activation ?? 'identity') as ActivationName];
  if (!SHOWN.includes(`${signed ? 'signed' : ''}: ${steps.join(', ')}`)) {
    throw new Malformed(`has the operator ${shown[0].type}, but ${READ}`);
  }
  return {
    layers: explicit(layers),
    activations: layers.map(({ activation = 'identity' }) => activation),
  };
}

/** Y = alpha X B + beta C, where B may be transposed; ours is W x + b. */
function layerOf({ type, inputs, attributes }: Operation, constant: (i: number) => Tensor): Open {
  const number = (name: string, usual: number) => attributes.get(name)?.number ?? usual;
  if (number('transA', 0) !== 0) throw new Malformed(`has a Gemm of a transposed input, but ${READ}`);
  const given = constant(1);
  if (given.shape.length !== 2) {
    throw new Malformed(
      `has a ${type} with an array of the shape ${shown(given.shape)}, but it must be a matrix`,
    );
  }
  const w = scaled(number('transB', 0) ? given : transposed(given), number('alpha', 1));
  const hasBiases = type === 'Gemm' && inputs.length > 2 && inputs[2] !== '';
  return { w, ...(hasBiases && { b: biasesOf(constant(2), w.shape[0], number('beta', 1)) }) };
}

/** One bias per unit. A single number applies to all. */
function biasesOf(given: Tensor, units: number, factor: number): Tensor {
  const { shape, values } = given;
  const isRow = shape.slice(0, -1).every((length) => length === 1) && (shape.at(-1) ?? 1) === values.length;
  if (!isRow || (values.length !== units && values.length !== 1)) {
    throw new Malformed(`has biases of the shape ${shown(shape)} for ${units} units`);
  }
  const all = values.length === units ? values : new Float64Array(units).fill(values[0]);
  return scaled({ shape: [units], values: all }, factor);
}

const scaled = ({ shape, values }: Tensor, factor: number): Tensor =>
  finite('a Gemm', { shape, values: factor === 1 ? values : values.map((value) => value * factor) });

function activationOf(type: string, attributes: Map<string, Attribute>): string {
  const { name, ...ours } = ACTIVATIONS[type];
  for (const [key, { number, text }] of attributes) {
    const given = text ?? number;
    if (given !== ours[key as 'alpha' | 'approximate']) {
      throw new Malformed(`has ${type} with ${key} ${given}, which is not supported`);
    }
  }
  return name;
}

function operationOf(bytes: Uint8Array): Operation {
  const operation: Operation = { type: '', inputs: [], outputs: [], attributes: new Map() };
  for (const { number, bytes: content } of fieldsOf(bytes)) {
    if (!content) continue;
    if (number === 1) operation.inputs.push(utf8(content));
    else if (number === 2) operation.outputs.push(utf8(content));
    else if (number === 4) operation.type = utf8(content);
    else if (number === 5) operation.attributes.set(textIn(content, 1), attributeOf(content));
  }
  return operation;
}

function attributeOf(bytes: Uint8Array): Attribute {
  const attribute: Attribute = {};
  for (const { number, value, bytes: content } of fieldsOf(bytes)) {
    if (number === 2 && content?.length === 4) attribute.number = floatOf(content);
    else if (number === 3 && value !== undefined) attribute.number = value;
    else if (number === 4 && content) attribute.text = utf8(content);
    else if (number === 5 && content) attribute.tensor = content;
  }
  return attribute;
}

/** The types of numbers that are read, and the field that holds them if they are not raw: one by one or packed. */
const TYPES: Readonly<Record<number, { format: NumberFormat; field: number }>> = {
  1: { format: 'float32', field: 4 },
  10: { format: 'float16', field: 5 },
  11: { format: 'float64', field: 10 },
  16: { format: 'bfloat16', field: 5 },
};

function readTensor(name: string, bytes: Uint8Array): Tensor {
  const shape: number[] = [];
  let type = 0;
  let raw: Uint8Array | undefined;
  const parts: Field[] = []; // of packed numbers
  for (const field of fieldsOf(bytes)) {
    const { number, value, bytes: content } = field;
    if (number === 1) shape.push(...(content ? varints(content, MOST_SIZES) : [value!]));
    else if (number === 2 && value !== undefined) type = value;
    else if (number === 9 && content) raw = content;
    else if (number === 14 && value === 1) {
      throw new Malformed(`has ${name} in another file: export it with its weights inside`);
    } else if (content) parts.push(field);
    if (shape.length > MOST_SIZES) throw new Malformed(`has ${name} with more than ${MOST_SIZES} dimensions`);
  }
  const known = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (!known) throw new Malformed(`has numbers of type ${type} in ${name}: export them as float32`);
  const { format, field } = known;
  const count = countOf(name, shape);
  const given = parts.filter(({ number }) => number === field);
  return tensorOf(
    name,
    format,
    shape,
    raw ?? (field === 5 ? halves(given, count) : joined(given, count, SIZES[format])),
  );
}

const MOST_SIZES = 8;

/** Two-byte numbers, which are stored as varints. */
function halves(fields: Field[], count: number): Uint8Array {
  const numbers = fields.flatMap(({ bytes }) => varints(bytes!, count));
  const whole = new Uint8Array(2 * numbers.length);
  for (const [i, number] of numbers.entries())
    new DataView(whole.buffer).setUint16(2 * i, number & 0xffff, true);
  return whole;
}

function joined(fields: Field[], count: number, size: number): Uint8Array {
  const whole = new Uint8Array(count * size);
  let at = 0;
  for (const { bytes } of fields) {
    if (at + bytes!.length > whole.length) throw new Malformed('is cut short or damaged');
    whole.set(bytes!, at);
    at += bytes!.length;
  }
  return whole.subarray(0, at);
}

/** The bytes of the last field of that number, which replaces earlier ones. */
function lastOf(fields: Iterable<Field>, wanted: number): Uint8Array | undefined {
  let found: Uint8Array | undefined;
  for (const { number, bytes } of fields) if (number === wanted && bytes) found = bytes;
  return found;
}

const textIn = (message: Uint8Array, field: number) =>
  utf8(lastOf(fieldsOf(message), field) ?? new Uint8Array());
const utf8 = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const floatOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0, true);
