/**
 * A minimal WebAssembly assembler: the instructions that the kernel uses, and the module around them.
 *
 * Code is a tree of bytes: an expression is its operands followed by its own opcode, so `f32x4.add(a, b)` reads as an
 * expression and flattens to stack code. Opcodes: https://webassembly.github.io/spec/core/binary/
 */

/** Bytes, or nested lists of them; flattened when the module is assembled. */
export type Code = number | readonly Code[];

type ValueType = 'i32' | 'f32' | 'v128';
const typeBytes: Record<ValueType, number> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  do {
    bytes.push((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
    value >>>= 7;
  } while (value > 0);
  return bytes;
}

/** Signed LEB128. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  for (;;) {
    const byte = value & 0x7f;
    value >>= 7;
    const done = (value === 0 && (byte & 0x40) === 0) || (value === -1 && (byte & 0x40) !== 0);
    bytes.push(done ? byte : byte | 0x80);
    if (done) return bytes;
  }
}

const vector = (opcode: number) => [0xfd, unsigned(opcode)];
const unary = (opcode: Code) => (a: Code) => [a, opcode];
const binary = (opcode: Code) => (a: Code, b: Code) => [a, b, opcode];
const ternary = (opcode: Code) => (a: Code, b: Code, c: Code) => [a, b, c, opcode];

export const i32 = {
  const: (value: number) => [0x41, signed(value)],
  add: binary(0x6a),
  sub: binary(0x6b),
  mul: binary(0x6c),
  or: binary(0x72),
  shl: binary(0x74),
  lessUnsigned: binary(0x49),
  lessOrEqualUnsigned: binary(0x4d),
  greaterOrEqualUnsigned: binary(0x4f),
  load: (address: Code, offset = 0) => [address, 0x28, 2, unsigned(offset)],
  store: (address: Code, value: Code) => [address, value, 0x36, 2, 0],
  /** Stores the lowest byte. */
  store8: (address: Code, value: Code) => [address, value, 0x3a, 0, 0],
};

export const v128 = {
  load: (address: Code, offset = 0) => [address, vector(0), 4, unsigned(offset)],
  /** Loads eight bytes, widened to 16 bits each. */
  load8x8Unsigned: (address: Code, offset = 0) => [address, vector(2), 3, unsigned(offset)],
  /** Loads eight bytes into the first half of a vector, and 0 into the second. */
  load64Zero: (address: Code, offset = 0) => [address, vector(0x5d), 3, unsigned(offset)],
  /** Loads one float32 into all four lanes. */
  loadSplat: (address: Code, offset = 0) => [address, vector(9), 2, unsigned(offset)],
  store: (address: Code, value: Code, offset = 0) => [address, value, vector(11), 4, unsigned(offset)],
  /** Stores the first 4 or 8 bytes of a vector. */
  store32: (address: Code, value: Code) => [address, value, vector(0x5a), 0, 0, 0],
  store64: (address: Code, value: Code) => [address, value, vector(0x5b), 0, 0, 0],
  and: binary(vector(78)),
  or: binary(vector(80)),
  xor: binary(vector(81)),
  /** 1 if any bit is set, otherwise 0. */
  anyTrue: unary(vector(83)),
};

export const f32x4 = {
  /** All bits of a lane are 1 where a >= b, otherwise 0. */
  greaterOrEqual: binary(vector(0x46)),
  nearest: unary(vector(0x6a)),
  abs: unary(vector(0xe0)),
  neg: unary(vector(0xe1)),
  sqrt: unary(vector(0xe3)),
  add: binary(vector(0xe4)),
  sub: binary(vector(0xe5)),
  mul: binary(vector(0xe6)),
  div: binary(vector(0xe7)),
  /** b < a ? b : a. One instruction on x86, whereas `min` is several; likewise pmax. */
  pmin: binary(vector(0xea)),
  pmax: binary(vector(0xeb)),
  /** a * b + c, rounded once if the machine supports it: the relaxed SIMD proposal. */
  relaxedMadd: ternary(vector(0x105)),
};

export const i32x4 = {
  shl: (a: Code, bits: number) => [a, i32.const(bits), vector(0xab)],
  add: binary(vector(0xae)),
  shrSigned: (a: Code, bits: number) => [a, i32.const(bits), vector(0xac)],
  /** Products of int16, added in adjacent pairs. */
  dot: binary(vector(0xba)),
  /** Adds adjacent pairs of int16. */
  addPairs: unary(vector(0x7e)),
  lane: (a: Code, index: number) => [a, vector(0x1b), index],
  /** Float to int towards zero; NaN becomes 0. */
  truncate: unary(vector(0xf8)),
};

export const i16x8 = {
  abs: unary(vector(0x80)),
  shl: (a: Code, bits: number) => [a, i32.const(bits), vector(0x8b)],
  shrUnsigned: (a: Code, bits: number) => [a, i32.const(bits), vector(0x8d)],
  add: binary(vector(0x8e)),
  addSaturated: binary(vector(0x8f)),
  sub: binary(vector(0x91)),
  subSaturatedUnsigned: binary(vector(0x93)),
  mul: binary(vector(0x95)),
  /** (a * b + 2^14) >> 15. */
  mulQ15: binary(vector(0x82)),
  /** Widens the first or the last eight bytes of a vector to 16 bits each. */
  extendLow: unary(vector(0x89)),
  extendHigh: unary(vector(0x8a)),
  /** Narrows eight int32 to 16 bits. */
  narrow: binary(vector(0x85)),
};

export const i8x16 = {
  minUnsigned: binary(vector(0x77)),
  maxUnsigned: binary(vector(0x79)),
  laneUnsigned: (a: Code, index: number) => [a, vector(0x16), index],
  /** Picks sixteen of the 32 bytes of a and b, by index. */
  shuffle: (a: Code, b: Code, bytes: number[]) => [a, b, vector(0x0d), bytes],
  /** Narrows sixteen int16 to bytes. */
  narrow: binary(vector(0x66)),
};

/** A function under construction: its parameters, locals and code. */
export class FunctionBuilder {
  readonly #parameters: ValueType[];
  readonly #locals: ValueType[] = [];
  body: Code = [];

  constructor(parameters: ValueType[]) {
    this.#parameters = parameters;
  }

  parameter(index: number): Local {
    return new Local(index);
  }

  local(type: ValueType): Local {
    this.#locals.push(type);
    return new Local(this.#parameters.length + this.#locals.length - 1);
  }

  /** @internal */
  get type(): Code {
    return [0x60, unsigned(this.#parameters.length), this.#parameters.map((t) => typeBytes[t]), 0];
  }

  /** @internal */
  get code(): Code {
    const locals = this.#locals.map((t) => [1, typeBytes[t]]);
    return sized([unsigned(locals.length), locals, this.body, 0x0b]);
  }
}

export class Local {
  readonly #index: number;
  constructor(index: number) {
    this.#index = index;
  }
  get get(): Code {
    return [0x20, unsigned(this.#index)];
  }
  set(value: Code): Code {
    return [value, 0x21, unsigned(this.#index)];
  }
  /** Sets it and returns the value. */
  tee(value: Code): Code {
    return [value, 0x22, unsigned(this.#index)];
  }
}

/** Runs `body` once, then again while `condition` is not 0. */
export const doWhile = (body: Code, condition: Code): Code => [0x03, 0x40, body, condition, 0x0d, 0, 0x0b];
/** Runs `body` while `condition` is not 0. */
export const whileLoop = (condition: Code, body: Code): Code => ifThen(condition, doWhile(body, condition));
export const ifThen = (condition: Code, body: Code): Code => [condition, 0x04, 0x40, body, 0x0b];

/** Assembles functions into a module that imports `env.memory` and initialises its start with `data`. */
export function assemble(
  functions: Record<string, FunctionBuilder>,
  data: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const names = Object.keys(functions);
  const list = Object.values(functions);
  const indices = names.map((_, index) => unsigned(index));
  const section = (id: number, content: Code) => [id, sized(content)];
  const vectorOf = (items: Code[]) => [unsigned(items.length), items];
  return Uint8Array.from(
    flatten([
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // "\0asm", version 1
      section(1, vectorOf(list.map((f) => f.type))),
      section(2, vectorOf([[text('env'), text('memory'), 0x02, 0x00, unsigned(1)]])),
      section(3, vectorOf(indices)),
      section(7, vectorOf(names.map((name, index) => [text(name), 0x00, indices[index]]))),
      section(10, vectorOf(list.map((f) => f.code))),
      section(11, vectorOf([[0x00, i32.const(0), 0x0b, unsigned(data.length), Array.from(data)]])),
    ]),
  );
}

function sized(content: Code): Code {
  const bytes = flatten(content);
  return [unsigned(bytes.length), bytes];
}

function text(value: string): Code {
  const bytes = Array.from(new TextEncoder().encode(value));
  return [unsigned(bytes.length), bytes];
}

function flatten(code: Code): number[] {
  const bytes: number[] = [];
  const visit = (part: Code): void => {
    if (typeof part === 'number') bytes.push(part);
    else for (const inner of part) visit(inner);
  };
  visit(code);
  return bytes;
}
