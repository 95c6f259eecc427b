/** Reads the wire format of Protocol Buffers (https://protobuf.dev/programming-guides/encoding), without a schema. */
import { Malformed } from '../bytes.js';

/** A field of a message: a number of variable or fixed length, or bytes: text, a message or packed numbers. */
export interface Field {
  number: number;
  /** Negative 64-bit numbers are possible. Exact up to 2^53. Floats are in `bytes`. */
  value?: number;
  bytes?: Uint8Array;
}

const DAMAGED = 'is cut short or damaged';

/**
 * The fields of a message, in order.
 * @param most - How many there may be: a small file could have millions of empty ones.
 * @throws Malformed for anything but a message.
 */
export function* fieldsOf(message: Uint8Array, most = 256): Generator<Field, void> {
  const cursor = { at: 0 };
  for (let count = 0; cursor.at < message.length; count++) {
    if (count >= most) throw new Malformed('has too many parts to be a multilayer perceptron');
    const tag = varint(message, cursor);
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        yield { number, value: varint(message, cursor) };
        break;
      case 1:
        yield { number, bytes: take(message, cursor, 8) };
        break;
      case 2:
        yield { number, bytes: take(message, cursor, varint(message, cursor)) };
        break;
      case 5:
        yield { number, bytes: take(message, cursor, 4) };
        break;
      default:
        throw new Malformed(DAMAGED);
    }
  }
}

/** Packed numbers of variable length. @param most - How many there may be. */
export function varints(bytes: Uint8Array, most: number): number[] {
  const cursor = { at: 0 };
  const numbers: number[] = [];
  while (cursor.at < bytes.length) {
    if (numbers.length >= most) throw new Malformed(DAMAGED);
    numbers.push(varint(bytes, cursor));
  }
  return numbers;
}

/** A number of up to 64 bits, in two's complement. */
function varint(bytes: Uint8Array, cursor: { at: number }): number {
  let value = 0; // of up to 49 bits; almost all are that short
  let long = 0n;
  for (let i = 0; i < 10; i++) {
    if (cursor.at >= bytes.length) throw new Malformed(DAMAGED);
    const byte = bytes[cursor.at++];
    if (i < 7) value += (byte & 127) * 2 ** (7 * i);
    else long |= BigInt(byte & 127) << BigInt(7 * i);
    if (byte < 128) return long === 0n ? value : Number(BigInt.asIntN(64, long | BigInt(value)));
  }
  throw new Malformed(DAMAGED);
}

function take(bytes: Uint8Array, cursor: { at: number }, length: number): Uint8Array {
  const end = cursor.at + length;
  if (!(length >= 0 && end <= bytes.length)) throw new Malformed(DAMAGED);
  const taken = bytes.subarray(cursor.at, end);
  cursor.at = end;
  return taken;
}
