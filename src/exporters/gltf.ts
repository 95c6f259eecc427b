/**
 * A frame as a height map: one binary glTF 2.0 file, for Blender and other 3D programs. The format: Khronos, "glTF 2.0
 * Specification", https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html.
 *
 * The surface is HeightMap's (src/nodes/height-map.ts), with a vertex for each pixel: x to the right, z towards the
 * viewer, y up. The frame's shorter side is 2 long, and y is the brightness from 0 to 1, which the node scales.
 */
import { breather } from '../core/breather.js';
import { UsageError } from '../core/errors.js';
import { toLinear } from '../core/frame/colour.js';
import type { FrameDescription } from '../core/frame/description.js';
import { pixelOffsets } from '../core/frame/geometry.js';
import { heightsOf } from '../core/frame/heights.js';
import { hiddenShown } from '../core/frame/shown.js';
import { bytesOf, joined, little } from '../files/bytes.js';
import type { Exported, ExportTools, Writer } from './exporter.js';
import { momentOf } from './model/moment.js';

/** Height difference between brightness 0 and 1, as a fraction of the shorter side: the default of HeightMap. */
const RELIEF = 0.45;
/** Larger frames are sampled at fewer points: 362 x 362 make a file of 7 MB. */
const MOST_VERTICES = 2 ** 17;
/** Points evaluated at once, between which a page can react. */
const SLICE = 2 ** 12;

export const gltf: Writer = {
  write,
};

async function write(exported: Exported, tools: ExportTools) {
  const moment = await momentOf(exported, tools);
  const frame = sampled(moment.frame);
  if (frame.size[0] < moment.frame.size[0]) {
    tools.note?.(
      `The height map has ${frame.size.join('x')} points, not ${moment.frame.size.join('x')}: the maximum is ${MOST_VERTICES} in all.`,
    );
  }
  const heights = await heightsAt(frame, tools);
  const colours = await tools.draw(frame);
  const model = {
    grid: gridOf(frame, heights, colours),
    name: nameOf(moment.title) || nameOf(exported.name),
  };
  return [{ ending: '.glb', content: glb(model, moment.recipe, tools.version) }];
}

/** A title in one line, without what programs may reject in a name: control characters and halves of characters. */
const nameOf = (title: string) => title.replace(/[\p{Cc}\p{Cs}]+/gu, ' ').trim();

/** The frame whose pixels are the vertices. */
function sampled(frame: FrameDescription): FrameDescription {
  const { shown, size } = frame;
  const hidden = hiddenShown(shown);
  if (hidden && hidden.unit === undefined) {
    throw new UsageError(
      `shown is all units of layer ${hidden.layer}, but a height map shows a single one: name it, such as shown: { layer: ${hidden.layer}, unit: 1 }.`,
    );
  }
  if (Math.min(...size) < 2) {
    throw new UsageError(
      `size is ${size.join('x')}, but a height map needs at least two points along each side: make it larger.`,
    );
  }
  const factor = Math.min(1, Math.sqrt(MOST_VERTICES / (size[0] * size[1])));
  const [width, height] = size.map((side) => Math.max(2, Math.floor(side * factor)));
  return { ...frame, size: [width, height], dither: false };
}

/** Heights in [0, 1] at the pixels' centres, row by row from the top. */
async function heightsAt(frame: FrameDescription, { evaluate }: ExportTools): Promise<Float32Array> {
  const { x, y } = pixelOffsets(frame);
  const heights = new Float32Array(x.length);
  const breathe = breather({});
  for (let first = 0; first < x.length; first += SLICE) {
    const planes = evaluate(frame, x.subarray(first, first + SLICE), y.subarray(first, first + SLICE));
    heights.set(heightsOf(planes, frame), first);
    const pause = breathe(() => 'evaluating');
    if (pause) await pause;
  }
  return heights;
}

/** A grid of vertices, row by row from the top, and its triangles. */
interface Grid {
  /** (vertices, 3). */
  positions: Float32Array;
  /** (vertices, 3), of length 1. */
  normals: Float32Array;
  /** (vertices, 4): linear red, green, blue and opacity, from 0 to 65535. */
  colours: Uint16Array;
  /** Three per triangle, counter-clockwise seen from above. */
  indices: Uint16Array | Uint32Array;
}

function gridOf({ size: [width, height] }: FrameDescription, heights: Float32Array, rgba: Uint8Array): Grid {
  const count = width * height;
  const step = 2 / Math.min(width, height);
  const positions = new Float32Array(3 * count);
  const normals = new Float32Array(3 * count);
  const clamp = (i: number, n: number) => Math.min(n - 1, Math.max(0, i));
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const i = row * width + column;
      const place = [step * (column + 0.5 - width / 2), heights[i], step * (row + 0.5 - height / 2)];
      positions.set(place, 3 * i);
      const [left, right] = [clamp(column - 1, width), clamp(column + 1, width)];
      const [above, below] = [clamp(row - 1, height), clamp(row + 1, height)];
      const across = (heights[row * width + right] - heights[row * width + left]) / (step * (right - left));
      const down =
        (heights[below * width + column] - heights[above * width + column]) / (step * (below - above));
      const length = Math.sqrt(across * across + 1 + down * down);
      normals.set([-across / length, 1 / length, -down / length], 3 * i);
    }
  }
  return {
    positions,
    normals,
    colours: Uint16Array.from(rgba, (byte) => LIGHT[byte]),
    indices: trianglesOf(width, height, heights),
  };
}

/** Linear light for the bytes of sRGB, since vertex colours are linear. Opacity stays 1. */
const LIGHT = Uint16Array.from({ length: 256 }, (_, byte) => Math.round(65535 * toLinear(byte / 255)));

/** Two triangles per grid square, divided along the diagonal that is more level, so that ridges stay smooth. */
function trianglesOf(width: number, height: number, heights: Float32Array): Grid['indices'] {
  const length = 6 * (width - 1) * (height - 1);
  // The greatest 16-bit index is reserved.
  const indices = width * height < 2 ** 16 ? new Uint16Array(length) : new Uint32Array(length);
  let at = 0;
  for (let row = 0; row < height - 1; row++) {
    for (let column = 0; column < width - 1; column++) {
      const [a, b] = [row * width + column, row * width + column + 1];
      const [c, d] = [a + width, b + width];
      const falls = Math.abs(heights[a] - heights[d]) < Math.abs(heights[b] - heights[c]);
      indices.set(falls ? [a, c, d, a, d, b] : [a, c, b, b, c, d], at);
      at += 6;
    }
  }
  return indices;
}

/** Numbers from the specification. */
const [UNSIGNED_SHORT, UNSIGNED_INT, FLOAT] = [5123, 5125, 5126];
const [ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER] = [34962, 34963];

/** @param note - The recipe as JSON. */
function glb({ grid, name }: { grid: Grid; name: string }, note: string, version: string): Uint8Array {
  const { positions, normals, colours, indices } = grid;
  const count = positions.length / 3;
  const parts = [positions, normals, colours, indices];
  let byteOffset = 0;
  const bufferViews = parts.map(({ byteLength }, i) => {
    const view = { buffer: 0, byteOffset, byteLength, target: i < 3 ? ARRAY_BUFFER : ELEMENT_ARRAY_BUFFER };
    byteOffset += padded(byteLength);
    return view;
  });
  const componentType = indices instanceof Uint16Array ? UNSIGNED_SHORT : UNSIGNED_INT;
  const vectors = { componentType: FLOAT, count, type: 'VEC3' };
  const json = {
    asset: { version: '2.0', generator: `Untrained ${version}`, extras: JSON.parse(note) },
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [{ name, mesh: 0, scale: [1, 2 * RELIEF, 1] }],
    meshes: [
      {
        name,
        primitives: [{ attributes: { POSITION: 0, NORMAL: 1, COLOR_0: 2 }, indices: 3, material: 0 }],
      },
    ],
    materials: [{ name, doubleSided: true, pbrMetallicRoughness: { metallicFactor: 0, roughnessFactor: 1 } }],
    accessors: [
      { bufferView: 0, ...vectors, ...boundsOf(positions) },
      { bufferView: 1, ...vectors },
      { bufferView: 2, componentType: UNSIGNED_SHORT, normalized: true, count, type: 'VEC4' },
      { bufferView: 3, componentType, count: indices.length, type: 'SCALAR' },
    ],
    bufferViews,
    buffers: [{ byteLength: byteOffset }],
  };
  const text = new TextEncoder().encode(JSON.stringify(json));
  const data = joined(
    ...parts.map(({ buffer, byteLength }) => filled(new Uint8Array(buffer, 0, byteLength), 0)), // little-endian
  );
  const chunks = joined(chunk('JSON', filled(text, 0x20)), chunk('BIN\0', data));
  return joined(bytesOf('glTF'), little(2, 4), little(12 + chunks.length, 4), chunks);
}

const chunk = (type: string, data: Uint8Array) => joined(little(data.length, 4), bytesOf(type), data);

/** Chunks and their parts begin at multiples of 4. */
const padded = (length: number) => 4 * Math.ceil(length / 4);

function filled(bytes: Uint8Array, filler: number): Uint8Array {
  return joined(bytes, new Uint8Array(padded(bytes.length) - bytes.length).fill(filler));
}

/** The least and the greatest coordinates. */
function boundsOf(positions: Float32Array): { min: number[]; max: number[] } {
  const min = [positions[0], positions[1], positions[2]];
  const max = [...min];
  for (let i = 3; i < positions.length; i++) {
    if (positions[i] < min[i % 3]) min[i % 3] = positions[i];
    if (positions[i] > max[i % 3]) max[i % 3] = positions[i];
  }
  return { min, max };
}
