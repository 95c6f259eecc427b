/** The GPU renderer passes the full suite, with the networks whose kernels take a software GPU seconds to compile. */
import { GpuRenderer } from '../../src/renderers/gpu/renderer.js';
import { softwareAdapter } from '../gpu/adapter.js';
import { conformance } from './conformance.js';

const adapter = await softwareAdapter('that the GPU renderer conforms in full');
conformance('the GPU in software, in full', {
  start: () => GpuRenderer.start(() => adapter!.open()),
  skip: !adapter,
  software: true,
});
