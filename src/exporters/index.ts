/**
 * The table of exporters. To add one, write its file and list it here. Its code is loaded when it writes, so help and
 * menus need none of it.
 */
import type { Exporter, Writer } from './exporter.js';

export type { Exported, ExportedFile, Exporter, ExportTools } from './exporter.js';

/** Every exporter, in the order in which help and the explorer list them. */
export const exporters: readonly Exporter[] = [
  {
    name: 'html',
    title: 'HTML page',
    ending: '.html',
    moves: true,
    sentence: 'a page that plays it, in one file that works without a network',
    write: loaded(async () => (await import('./html.js')).html),
  },
  {
    name: 'shadertoy',
    title: 'Shadertoy',
    ending: '.glsl',
    moves: true,
    sentence: 'a shader for shadertoy.com: its Image pass, and its buffers beside it',
    write: loaded(async () => (await import('./shadertoy.js')).shadertoy),
  },
  {
    name: 'glsl',
    title: 'GLSL shader',
    ending: '.frag',
    moves: true,
    sentence: 'a fragment shader for WebGL2',
    write: loaded(async () => (await import('./glsl.js')).glsl),
  },
  {
    name: 'onnx',
    title: 'ONNX model',
    ending: '.onnx',
    moves: false,
    sentence: 'the network at a moment as an ONNX model',
    write: loaded(async () => (await import('./onnx.js')).onnx),
  },
  {
    name: 'npz',
    title: 'NumPy arrays',
    ending: '.npz',
    moves: false,
    sentence: 'the weights at a moment as NumPy arrays',
    write: loaded(async () => (await import('./npz.js')).npz),
  },
  {
    name: 'pytorch',
    title: 'PyTorch script',
    ending: '.py',
    moves: false,
    sentence: 'the network at a moment as a short PyTorch script',
    write: loaded(async () => (await import('./pytorch.js')).pytorch),
  },
  {
    name: 'svg',
    title: 'SVG curve',
    ending: '.svg',
    moves: false,
    sentence: 'the curve of a network with one input, or of an activation',
    write: loaded(async () => (await import('./svg.js')).svg),
  },
  {
    name: 'gltf',
    title: 'glTF height map',
    ending: '.glb',
    moves: false,
    sentence: 'the height map of an output with its colours, for Blender and other 3D programs',
    write: loaded(async () => (await import('./gltf.js')).gltf),
  },
];

function loaded(load: () => Promise<Writer>): Exporter['write'] {
  return async (exported, tools) => (await load()).write(exported, tools);
}

/** The exporter with that name on the command line; undefined if there is none. */
export function exporterNamed(name: string): Exporter | undefined {
  return exporters.find((exporter) => exporter.name === name);
}

/** The exporter for a path's ending; undefined if there is none. */
export function exporterFor(path: string): Exporter | undefined {
  return exporters.find(({ ending }) => path.toLowerCase().endsWith(ending));
}
