/**
 * Writes ONNX files without a library: a graph of operators and constants, in the wire format of Protocol Buffers. The
 * messages are defined in https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, the operators in
 * https://onnx.ai/onnx/operators. So few messages are needed that a protobuf package would not be worth installing.
 */
import { float32Bytes } from '../../files/bytes.js';

/** Values of the enumerations in onnx.proto. */
const [FLOAT, INT64] = [1, 7]; // TensorProto.DataType
const [INT, INTS] = [2, 7]; // AttributeProto.AttributeType
/** The versions of the file format and of the operators: of 2021, so that older runtimes can read them too. */
const [IR_VERSION, OPSET] = [8, 13];

/** The name of a value in a graph. */
export type Value = string;
/** An operator's attribute: an integer, or a list of them. */
export type Attribute = number | readonly number[];

/** A graph of operators that compute its outputs from its inputs. All values are float32 unless stated otherwise. */
export class Graph {
  readonly #nodes: Operation[] = [];
  readonly #constants = new Map<Value, Pieces>();
  readonly #inputs: Pieces = [];
  readonly #outputs: Pieces = [];
  #count = 0;

  /** Declares an input. @param shape - Texts name lengths that are known only when the graph runs. */
  input(name: Value, shape: readonly (number | string)[], about: string): Value {
    this.#inputs.push(...message(11, valueInfo(name, shape, about)));
    return name;
  }

  /** Declares an output: the name of a value. */
  output(name: Value, shape: readonly (number | string)[], about: string): void {
    this.#outputs.push(...message(12, valueInfo(name, shape, about)));
  }

  /**
   * Adds an operator, and returns its output.
   * @param inputs - Values; numbers become constants.
   * @param name - Of the output; by default a new one.
   */
  node(
    operator: string,
    inputs: readonly (Value | number)[],
    attributes: Readonly<Record<string, Attribute>> = {},
    name: Value = `${operator.toLowerCase()}_${++this.#count}`,
  ): Value {
    const names = inputs.map((input) => (typeof input === 'number' ? this.scalar(input) : input));
    this.#nodes.push({ operator, inputs: names, output: name, attributes });
    return name;
  }

  /** Gives the output of the last operator its final name. No other operator may use it yet. */
  renameLast(name: Value): Value {
    this.#nodes[this.#nodes.length - 1].output = name;
    return name;
  }

  /** Like `node`, for operators without attributes. */
  readonly add = (operator: string, ...inputs: (Value | number)[]): Value => this.node(operator, inputs);

  /** A constant of these numbers, row by row. Their float32 neither overflow nor depend on the machine. */
  constant(name: Value, shape: readonly number[], values: ArrayLike<number>): Value {
    return this.#store(name, FLOAT, shape, float32Bytes(values));
  }

  /** A constant number. Equal numbers are stored once. */
  scalar(value: number): Value {
    return this.constant(`constant_${value}`, [], [value]);
  }

  /** A constant list of integers, as operators take for positions and lengths. */
  integers(values: readonly number[]): Value {
    const bytes = new Uint8Array(8 * values.length);
    const view = new DataView(bytes.buffer);
    for (const [i, value] of values.entries()) view.setBigInt64(8 * i, BigInt(value), true);
    const known = `integers_${values.join('_')}`;
    const name = known.length <= 60 ? known : `positions_${++this.#count}`;
    return this.#store(name, INT64, [values.length], bytes);
  }

  #store(name: Value, type: number, shape: readonly number[], bytes: Uint8Array): Value {
    const sizes = shape.flatMap((length) => integer(1, length));
    const tensor = [...sizes, ...integer(2, type), ...text(8, name), ...message(9, [bytes])];
    this.#constants.set(name, message(5, tensor));
    return name;
  }

  /**
   * The file.
   * @param about - What the model does, for people.
   * @param notes - Texts by name, for programs.
   */
  file(about: string, version: string, notes: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
    const constants = [...this.#constants.values()].flat();
    const nodes = this.#nodes.flatMap((node) => message(1, encoded(node)));
    const graph = [...nodes, ...text(2, 'network'), ...constants, ...this.#inputs, ...this.#outputs];
    const entries = Object.entries(notes).flatMap(([key, value]) =>
      message(14, [...text(1, key), ...text(2, value)]),
    );
    return joinedPieces([
      ...integer(1, IR_VERSION),
      ...entries, // the recipe before a title that may look like one
      ...text(2, 'Untrained'),
      ...text(3, version),
      ...text(6, about),
      ...message(7, graph),
      ...message(8, [...text(1, ''), ...integer(2, OPSET)]), // the standard operators
    ]);
  }
}

interface Operation {
  operator: string;
  inputs: Value[];
  output: Value;
  attributes: Readonly<Record<string, Attribute>>;
}

function encoded({ operator, inputs, output, attributes }: Operation): Pieces {
  const given = Object.entries(attributes).flatMap(([key, value]) => attribute(key, value));
  return [...inputs.flatMap((name) => text(1, name)), ...text(2, output), ...text(4, operator), ...given];
}

function attribute(name: string, value: Attribute): Pieces {
  const content =
    typeof value === 'number'
      ? [...integer(3, value), ...integer(20, INT)]
      : [...value.flatMap((item) => integer(8, item)), ...integer(20, INTS)];
  return message(5, [...text(1, name), ...content]);
}

function valueInfo(name: Value, shape: readonly (number | string)[], about: string): Pieces {
  const lengths = shape.flatMap((length) =>
    message(1, typeof length === 'number' ? integer(1, length) : text(2, length)),
  );
  const type = message(1, [...integer(1, FLOAT), ...message(2, lengths)]);
  return [...text(1, name), ...message(2, type), ...text(3, about)];
}

// The wire format: a field is a varint with its number and type, then either a varint, or a length and bytes.

/** Bytes in pieces, so that megabytes of weights are copied only once, at the end. */
type Pieces = Uint8Array[];

const lengthOf = (pieces: Pieces) => pieces.reduce((sum, { length }) => sum + length, 0);

function joinedPieces(pieces: Pieces): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(lengthOf(pieces));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function integer(field: number, value: number): Pieces {
  return [Uint8Array.from([...varint(field * 8), ...varint(value)])];
}

function message(field: number, content: Pieces): Pieces {
  return [Uint8Array.from([...varint(field * 8 + 2), ...varint(lengthOf(content))]), ...content];
}

function text(field: number, value: string): Pieces {
  return message(field, [new TextEncoder().encode(value)]);
}

/** Seven bits per byte, lowest first; all bytes but the last have their top bit set. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}
