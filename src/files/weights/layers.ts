/** From named arrays to a network's layers. */
import type { ExplicitLayer } from '../../core/network/spec.js';
import { Malformed } from '../bytes.js';
import { shown, type Tensor, transposed } from './tensor.js';

/** The name of an array: W1 and b1 are the first layer's. */
export const ARRAY_NAME = /^[Wb][1-9]\d{0,3}$/;

/**
 * A network's layers, from the arrays W1, b1, W2, b2, ... of a file; biases may be missing. All matrices of a file have
 * either one row per unit, as in PyTorch, or one column per unit, as in Keras and JAX. This is recognised from the
 * shapes, because each layer has as many inputs as the previous one has units; if both fit, rows are units.
 * @param names - All names in the file, for messages.
 * @param read - Reads an array; undefined if the file has none of that name.
 */
export async function layersOf(
  names: Iterable<string>,
  read: (name: string) => Promise<Tensor | undefined> | Tensor | undefined,
): Promise<ExplicitLayer[]> {
  const found = new Set(names);
  let count = 0;
  while (found.has(`W${count + 1}`)) count++;
  const isStray = (name: string) =>
    /^[Wb]0$/.test(name) || (ARRAY_NAME.test(name) && Number(name.slice(1)) > count);
  const stray = [...found].find(isStray);
  if (count === 0 || stray) {
    const list = [...found].slice(0, 6).join(', ');
    const all = `${list || 'no arrays'}${found.size > 6 ? ', ...' : ''}`;
    throw new Malformed(
      count === 0
        ? `has ${all}, but the first layer's arrays must be called W1 and b1, the second's W2 and b2, and so on`
        : /^[Wb]0$/.test(stray!)
          ? `has ${stray}, but layers are numbered from 1: rename the first layer's arrays to W1 and b1`
          : `has ${stray}, but no W${count + 1}: number the layers from 1, without gaps`,
    );
  }
  const pairs: Pair[] = [];
  for (let k = 1; k <= count; k++) {
    const w = await read(`W${k}`);
    const b = found.has(`b${k}`) ? await read(`b${k}`) : undefined;
    pairs.push({ w: ofRank(`W${k}`, w!, 2), ...(b && { b: ofRank(`b${k}`, b, 1) }) });
  }
  return layersFrom(pairs);
}

/** A matrix and its biases. */
export interface Pair {
  w: Tensor;
  b?: Tensor | undefined;
}

/** Layers from matrices whose orientation follows from their shapes. */
function layersFrom(pairs: Pair[]): ExplicitLayer[] {
  if (!fits(pairs)) {
    const other = pairs.map(({ w, b }) => ({ w: transposed(w), b }));
    if (fits(other)) return explicit(other);
    const shapes = pairs.map(({ w, b }, i) => {
      const biases = b && b.shape[0] !== w.shape[0] ? ` with ${b.shape[0]} biases` : '';
      return `W${i + 1} ${shown(w.shape)}${biases}`;
    });
    const list = shapes.length > 4 ? [...shapes.slice(0, 2), '...', shapes.at(-1)] : shapes;
    throw new Malformed(
      `has matrices whose shapes do not form a network with 1 or 3 outputs (${list.join(', ')}): ` +
        'each must have as many columns as the previous one has rows, or all must be transposed',
    );
  }
  return explicit(pairs);
}

/** Whether each matrix has as many inputs as the previous one has units, and the last gives a colour. */
function fits(pairs: Pair[]): boolean {
  return pairs.every(({ w: { shape }, b }, i) => {
    const units = i + 1 < pairs.length ? pairs[i + 1].w.shape[1] : shape[0] === 1 ? 1 : 3;
    return shape[0] === units && (!b || b.shape[0] === units);
  });
}

/** Layers from matrices with one row per unit. */
export function explicit(pairs: Pair[]): ExplicitLayer[] {
  return pairs.map(({ w, b }) => {
    const [units, inputs] = w.shape;
    const rows = Array.from({ length: units }, (_, unit) =>
      Array.from(w.values.subarray(unit * inputs, (unit + 1) * inputs)),
    );
    return { w: rows, ...(b && { b: Array.from(b.values) }) };
  });
}

function ofRank(name: string, tensor: Tensor, rank: 1 | 2): Tensor {
  const { shape } = tensor;
  if (shape.length === rank && shape.every((length) => length > 0)) return tensor;
  const rule = rank === 2 ? 'a matrix' : 'a list with one number per unit';
  throw new Malformed(`has ${name} of the shape ${shown(shape)}, but it must be ${rule}`);
}
