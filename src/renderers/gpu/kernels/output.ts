/** The last step for wide networks: the output layer, that of one layer earlier if layers fade, and brightness. */
import type { ActivationNames } from '../../../core/network/activations.js';
import { brightnessSource, inWords } from './activations.js';
import { COMMON, FULL_COMMON, type Kernel, source } from './kernel.js';
import code from './output.wgsl.js';
import received from './output-received.wgsl.js';

/**
 * @param held - Whether sums are scaled down: see ../../exponents.ts.
 * @param general - Whether units may be normalised, or the output activation a mix.
 * @param levels - Whether the frame has levels.
 */
export function outputKernel(output: ActivationNames, held = false, general = false, levels = false): Kernel {
  const shown = `fn shown(sum: f32) -> f32 {
  return brightness(sum${held ? ', weights[step.heldAt]' : ''});
}`;
  return {
    label: `output, ${inWords(output)}${held ? ', held' : ''}${general ? ', general' : ''}${levels ? ', levels' : ''}`,
    bindings: ['step', 'read', 'read', 'read', 'write'],
    code: () =>
      general
        ? source(FULL_COMMON, received, shown, brightnessSource(output, held, levels))
        : source(levels ? FULL_COMMON : COMMON, code, shown, brightnessSource(output, held, levels)),
  };
}
