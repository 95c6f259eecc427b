/** The GPU renderer conforms, on a software adapter. */
import { GpuRenderer } from '../../src/renderers/gpu/renderer.js';
import { softwareAdapter } from '../gpu/adapter.js';
import { conformance } from './conformance.js';

const adapter = await softwareAdapter('that the GPU renderer conforms');
conformance('the GPU in software', {
  start: () => GpuRenderer.start(() => adapter!.open()),
  skip: !adapter,
  software: true,
  quick: true,
});
