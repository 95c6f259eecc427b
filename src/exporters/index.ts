/** The table of exporters. To add one, write its file and list it here. */
import type { Exporter } from './exporter.js';
import { glsl } from './glsl.js';
import { gltf } from './gltf.js';
import { html } from './html.js';
import { npz } from './npz.js';
import { onnx } from './onnx.js';
import { pytorch } from './pytorch.js';
import { shadertoy } from './shadertoy.js';
import { svg } from './svg.js';

export type { Exported, ExportedFile, Exporter, ExportTools } from './exporter.js';

/** Every exporter, in the order in which help and the explorer list them. */
export const exporters: readonly Exporter[] = [html, shadertoy, glsl, onnx, npz, pytorch, svg, gltf];

/** The exporter with that name on the command line; undefined if there is none. */
export function exporterNamed(name: string): Exporter | undefined {
  return exporters.find((exporter) => exporter.name === name);
}

/** The exporter for a path's ending; undefined if there is none. */
export function exporterFor(path: string): Exporter | undefined {
  return exporters.find(({ ending }) => path.toLowerCase().endsWith(ending));
}
