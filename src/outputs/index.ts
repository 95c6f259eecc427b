/**
 * From frames to files: output formats, ffmpeg, segments and their cache, platforms. A SegmentEncoder encodes a
 * segment's frames, and joinSegments makes the file from the segments; both work on a Workbench.
 */

export { inBytes, parseBytes } from './budget.js';
export { BESIDE, type CacheUsage, linkOrCopy, SegmentCache } from './cache.js';
export { encodingOf, type Joined } from './encode.js';
export { findEncoder, formatsOf, NEWER_FFMPEG } from './encoders.js';
export { type Ffmpeg, type FfmpegSource, findFfmpeg } from './ffmpeg.js';
export { av1Encoders, type Codec, type Depth, type SoundCodec } from './formats/format.js';
export {
  type EncoderChoice,
  encoderChoices,
  type Hardware,
  type HardwareName,
  hardwareEncoders,
  notShared,
} from './formats/hardware.js';
export {
  defaultEndings,
  endingsIn,
  formatList,
  formatNamed,
  formatWithEnding,
  knownEndings,
} from './formats/index.js';
export { ENCODER_THREADS } from './formats/mp4.js';
export { allHardware, findHardware, type HardwareFinding } from './hardware.js';
export { type CachedFile, type Finished, type JoinOptions, joinSegments, segmentFile } from './join.js';
export {
  checkEncodeOptions,
  codecs,
  depths,
  type EncodeOptions,
  endingsTaking,
  gifPalettes,
  qualities,
  takesOption,
} from './options.js';
export {
  checkOutput,
  debandable,
  type FilmShape,
  framePath,
  isStill,
  needsFfmpeg,
  type Output,
  parseOutput,
  pixelFormatsFor,
  soundlessNote,
  takesSound,
  warningsFor,
} from './output.js';
export {
  type Fact,
  type Platform,
  type PlatformName,
  platformNames,
  platformOf,
  platformSynonyms,
  type Rules,
} from './platforms.js';
export { type Probe, probe, probeExport } from './probe.js';
export { fractionOf, rateOf, shownRate } from './rate.js';
export { SegmentEncoder } from './segment-encoder.js';
export { segmentsIn } from './segments.js';
export { describeRules, headroom, type Measured, rulesOf, sizeFor, unsuitable } from './suit.js';
export { SegmentCheck } from './verify.js';
export { type WholeFile, writeWhole } from './whole-files.js';
export { Workbench } from './workbench.js';
