/** The GPU renderer conforms, on a software adapter. */
import type { NarrowForm } from '../../src/renderers/gpu/kernels/narrow.js';
import { GpuRenderer } from '../../src/renderers/gpu/renderer.js';
import { softwareAdapter } from '../gpu/adapter.js';
import { conformance } from './conformance.js';

const adapter = await softwareAdapter('that the GPU renderer conforms');
/** The form whose kernels are the smallest: most of these tests' time is the compiler's. */
const form: NarrowForm = { size: 2, vectors: 1, weights: 'storage' };
conformance('the GPU in software', {
  start: () => GpuRenderer.start(() => adapter!.open(), { form }),
  skip: !adapter,
  software: true,
  quick: true,
});
