/** the height map of an output with its colours, for Blender and other 3D programs. */
import type { Exporter } from './exporter.js';

export const gltf: Exporter = {
  name: 'gltf',
  title: 'glTF height map',
  ending: '.glb',
  moves: false,
  sentence: 'the height map of an output with its colours, for Blender and other 3D programs',
  async write() {
    throw new Error('Not written yet.');
  },
};
