/** Films out of frames: finds ffmpeg, reads what is asked for from a file name, and takes frames one by one.
 *
 *      const output = parseOutput('moire.mp4');
 *      const sink = await openSink(await findFfmpeg(), output, { width: 480, height: 480, fps: 25, frames: 50 });
 *      for (const frame of frames) await sink.write(frame); // RGBA, top row first
 *      await sink.finish();
 */

export { type Probe, probe } from '../files/read/probe.js';
export { inBytes, parseBytes } from './budget.js';
export { type Kept, SegmentCache } from './cache.js';
export { type Ffmpeg, type FfmpegSource, findFfmpeg } from './ffmpeg.js';
export { type EncodeOptions, gifPalettes, qualities } from './options.js';
export {
  checkOutput,
  type FilmShape,
  type Format,
  framePath,
  needsFfmpeg,
  type Output,
  parseOutput,
  pixelFormatsFor,
  warningsFor,
} from './output.js';
export {
  type Fact,
  type Place,
  type PlaceName,
  placeNames,
  placeOf,
  placeSynonyms,
  type Rules,
} from './platforms.js';
export { rateOf, shownRate } from './rate.js';
export { framesIn, type Range } from './segments.js';
export { type Finished, type FrameSink, openSink, type SinkOptions } from './sink.js';
export { describeRules, headroom, type Measured, rulesOf, unsuitable } from './suit.js';
