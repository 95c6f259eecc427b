/** What people may call the fields of a sweep. */
import { frameSynonyms } from '../frame/parameters.js';
import { networkSynonyms } from '../network/parameters.js';
import { synonymsIn } from '../parameters/parameter.js';
import type { Synonyms } from '../wording/did-you-mean.js';

/** Synonyms of the names of all fields and parameters. */
export const sweepSynonyms: Synonyms = {
  ...networkSynonyms,
  ...frameSynonyms,
  ...synonymsIn({
    seconds: { synonyms: 'duration length time secs sec' },
    fps: { synonyms: 'frames frameRate rate framesPerSecond' },
    size: { synonyms: 'resolution dimensions pixels width height shape' },
    loop: { synonyms: 'looping closed cyclic repeat' },
    brightness: { synonyms: 'exposure autoExposure luminance steady' },
    pace: { synonyms: 'timing speed tempo' },
    supersample: { synonyms: 'ss aa antialias antialiasing samples oversample supersampling' },
    dither: { synonyms: 'dithering' },
    colours: { synonyms: 'colors stops list' },
    title: { synonyms: 'name caption label' },
    easing: { synonyms: 'ease timingFunction interpolation' },
    during: { synonyms: 'when interval between seconds duration' },
    middle: { synonyms: 'centre center mean offset' },
    turns: { synonyms: 'times cycles revolutions periods' },
    tween: { synonyms: 'from to start end animate lerp' },
    keyframes: { synonyms: 'frames keys points' },
    radius: { synonyms: 'amplitude r' },
    unit: { synonyms: 'neuron node' },
    fraction: { synonyms: 'amount mix ratio progress' },
    map: { synonyms: 'name colormap colourmap cmap' },
    output: { synonyms: 'out channel' },
    w: { synonyms: 'weights matrix' },
    b: { synonyms: 'bias biases' },
  }),
};
