/** Finds the intended word for a wrong one, by common synonyms or by spelling. */
import { closest, distance } from 'fastest-levenshtein';

/** Common synonyms, by our names. If a word has several meanings, the first that is valid in its place wins. */
const OTHER_NAMES: Record<string, string> = {
  // networks
  seed: 'randomSeed rngSeed rng random',
  layers: 'depth numLayers nLayers layerCount hiddenLayers numHiddenLayers',
  width:
    'units neurons hidden hiddenUnits hiddenSize hiddenDim numUnits nUnits nodes unitsPerLayer neuronsPerLayer layerSize size',
  weightScale: 'scale sigma std stddev deviation gain weightStd weightVariance weightSize amplitude',
  biasScale: 'bias biases biasStd biasVariance biasSize',
  firstLayerBias: 'bias useBias firstBias',
  activation: 'activations act activationFunction nonlinearity nonLinearity hiddenActivation',
  outputActivation: 'finalActivation lastActivation outActivation outputNonlinearity activationOut',
  outputs: 'out channels outputDim numOutputs nOutputs outputSize',
  inputs: 'in dim dims dimensions inputDim numInputs nInputs inputSize',
  distribution: 'dist noise',
  initialisation: 'init initialization initializer initialiser',
  weights: 'matrices parameters params w',
  // views
  centre: 'center origin middle position offset pan',
  halfWidth: 'zoom extent radius range span bounds width size scale half',
  view: 'window camera viewport',
  slice: 'crossSection inputsBeyond latent z',
  // sweeps, and options
  seconds: 'duration length time secs sec',
  fps: 'frames frameRate rate framesPerSecond',
  size: 'resolution dimensions pixels width height shape',
  loop: 'looping closed cyclic repeat',
  pace: 'timing speed tempo',
  palette: 'colours colors color colour colormap colourmap cmap palettes colourMap',
  supersample: 'ss aa antialias antialiasing samples oversample supersampling',
  dither: 'dithering',
  title: 'name caption label',
  easing: 'ease timingFunction interpolation',
  during: 'when interval between',
  turns: 'times cycles revolutions periods',
  out: 'output file path filename to',
  for: 'place platform target',
  set: 'parameters params variables',
  'max-size': 'limit maxBytes maxFileSize',
  // activations, and places
  tanh: 'hyperbolicTangent',
  relu: 'rectifier rectified',
  sigmoid: 'logistic expit',
  sin: 'sine',
  identity: 'linear none',
  x: 'twitter',
  shorts: 'youtube',
  instagram: 'insta ig',
  reel: 'reels',
  story: 'stories',
};

const plain = (word: string) => word.toLowerCase().replace(/[\s_-]+/g, '');

const others = new Map<string, string[]>();
for (const [name, words] of Object.entries(OTHER_NAMES)) {
  for (const word of words.split(' ').map(plain)) others.set(word, [...(others.get(word) ?? []), name]);
}

/** The member of `known` for which a word is a synonym or a variant spelling; undefined if there is none. */
export function namesake(word: string, known: readonly string[]): string | undefined {
  const asked = plain(word);
  const same = known.find((name) => plain(name) === asked);
  return same ?? others.get(asked)?.find((name) => known.includes(name));
}

/** The member of `known` that a word was probably meant to be; undefined if nothing is close. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const name = namesake(word, known);
  if (name !== undefined) return name;
  const asked = plain(word.slice(0, 100)); // a file may hold any word
  const best = closest(asked, known.map(plain));
  return distance(asked, best) <= Math.max(2, asked.length / 3)
    ? known.find((name) => plain(name) === best)
    : undefined;
}

/** `. Did you mean "tanh"?` for a name, or a full stop for none. Completes a message. */
export function suggestion(name: string | undefined): string {
  return name === undefined ? '.' : `. Did you mean "${name}"?`;
}

/** The suggestion for an unknown word if a known name is close. Completes a message. */
export function didYouMean(word: string, known: readonly string[]): string {
  return suggestion(nearest(word, known));
}

/** The same, followed by all known names: `. Did you mean "tanh"? Available: tanh, relu.` */
export function available(word: string, known: readonly string[]): string {
  return `${didYouMean(word, known)}${known.length > 0 ? ` Available: ${known.join(', ')}.` : ''}`;
}
