/**
 * Writes a network as an ONNX file, byte by byte: Gemm, Tanh, Gemm, Tanh, ..., Gemm, Sigmoid. The messages are
 * defined in https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. bench/peers.ts needs so few of them that a
 * protobuf package would not be worth installing.
 */
import type { Layer, Network } from 'untrained';
import {
  type ActivationName,
  activationTable,
  type UnitActivation,
} from '../src/core/network/activations.js';

/** Values of the enumerations in onnx.proto. */
const FLOAT = 1; // TensorProto.DataType
const INT = 2; // AttributeProto.AttributeType

/** A model with the input "points", float32 (N, inputs), and the output "brightness", float32 (N, outputs). */
export function onnxModel(network: Network, points: number): Uint8Array {
  const layers = [...network.hidden, network.output];
  const nodes: Buffer[] = [];
  const weights: Buffer[] = [];
  let value = 'points';
  for (const [k, layer] of layers.entries()) {
    const last = k === layers.length - 1;
    const names = { w: `w${k + 1}`, b: `b${k + 1}`, z: `z${k + 1}`, y: last ? 'brightness' : `y${k + 1}` };
    weights.push(tensor(names.w, [layer.units, layer.inputs], layer.weights));
    weights.push(tensor(names.b, [layer.units], layer.biases));
    nodes.push(node('Gemm', [value, names.w, names.b], names.z, { transB: 1 })); // z = y W^T + b
    nodes.push(
      node(
        operator('activation' in layer ? (layer.activation as ActivationName) : network.outputActivation),
        [names.z],
        names.y,
      ),
    );
    value = names.y;
  }
  const graph = Buffer.concat([
    ...nodes.map((bytes) => message(1, bytes)),
    text(2, 'network'),
    ...weights.map((bytes) => message(5, bytes)),
    message(11, valueInfo('points', [points, network.inputs])),
    message(12, valueInfo('brightness', [points, network.output.units])),
  ]);
  const operators = Buffer.concat([text(1, ''), integer(2, 13)]); // the standard operators, version 13, without Gelu
  return Buffer.concat([integer(1, 8), message(7, graph), message(8, operators)]); // IR version 8
}

function operator(activation: UnitActivation): string {
  const name = typeof activation === 'string' ? activationTable[activation].onnx : undefined;
  if (!name) throw new Error(`${JSON.stringify(activation)} has no ONNX operator.`);
  return name;
}

function node(kind: string, inputs: string[], output: string, integers: Record<string, number> = {}): Buffer {
  const attributes = Object.entries(integers).map(([name, value]) =>
    message(5, Buffer.concat([text(1, name), integer(3, value), integer(20, INT)])),
  );
  const ins = inputs.map((name) => text(1, name));
  return Buffer.concat([...ins, text(2, output), text(4, kind), ...attributes]);
}

function tensor(name: string, dims: number[], values: Layer['weights']): Buffer {
  const floats = Float32Array.from(values);
  const raw = Buffer.from(floats.buffer); // the file is little-endian, like all platforms of Node except s390x
  const sizes = dims.map((size) => integer(1, size));
  return Buffer.concat([...sizes, integer(2, FLOAT), text(8, name), message(9, raw)]);
}

function valueInfo(name: string, dims: number[]): Buffer {
  const shape = Buffer.concat(dims.map((size) => message(1, integer(1, size))));
  const type = message(1, Buffer.concat([integer(1, FLOAT), message(2, shape)]));
  return Buffer.concat([text(1, name), message(2, type)]);
}

// Protobuf's wire format: a field is a varint with its number and type, then either a varint, or a length and bytes.

function integer(field: number, value: number): Buffer {
  return Buffer.from([...varint(field * 8), ...varint(value)]);
}

function message(field: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([...varint(field * 8 + 2), ...varint(bytes.length)]), bytes]);
}

function text(field: number, value: string): Buffer {
  return message(field, Buffer.from(value));
}

/** Seven bits per byte, lowest first; all bytes but the last have their top bit set. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}
