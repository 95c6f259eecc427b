/** The last step for wide networks: the output layer, that of one layer earlier if layers fade, and brightness. */
import type { ActivationName } from '../../../core/network/activations.js';
import { brightnessSource } from './activations.js';
import { COMMON, type Kernel, source } from './kernel.js';
import code from './output.wgsl.js';

/** @param held - Whether sums are scaled down: see ../../exponents.ts. */
export function outputKernel(output: ActivationName, held = false): Kernel {
  const shown = `fn shown(sum: f32) -> f32 {
  return brightness(sum${held ? ', weights[step.heldAt]' : ''});
}`;
  return {
    label: `output, ${output}${held ? ', held' : ''}`,
    bindings: ['step', 'read', 'read', 'read', 'write'],
    code: () => source(COMMON, code, shown, brightnessSource(output, held)),
  };
}
