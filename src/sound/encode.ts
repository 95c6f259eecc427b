/** Makes a film's sound: decodes its clips, places and mixes them, and encodes the result once, as a stream. */
import { SAMPLE_RATE } from '../core/sound/samples.js';
import type { EncodeOptions, SoundCodec, Workbench } from '../outputs/index.js';
import type { SoundFile } from './decode.js';
import { Limiter } from './limiter.js';
import { bytesOf, faded, Mix, repeated, SEAM, without } from './mix.js';
import { CHANNELS, placed, repetitions, type ShownPart } from './placement.js';
import type { PathlessTrack } from './soundtrack.js';

/** A sound to encode. */
interface EncodeRequest {
  track: PathlessTrack;
  part: ShownPart;
  codec: SoundCodec;
  options: EncodeOptions;
  /** The name of the encoded file on the workbench. */
  file: string;
  /** Finds a clip's file, by its digest. */
  open(sha256: string): Promise<SoundFile>;
}

/** In dB; more is worth a warning. MP3s of loud music go beyond full scale by less. */
const MOST_OVER = 1;

/**
 * Encodes a film's sound on a workbench. It has the film's exact length: what is missing is silent. If the mix exceeds
 * full scale, it is limited.
 * @returns By how many dB the mix exceeded full scale, if it is worth a warning.
 * @throws UsageError if a file cannot be decoded; RenderError if ffmpeg fails or the disk is full.
 */
export async function encodeSound(bench: Workbench, request: EncodeRequest): Promise<number | undefined> {
  const { track, part, codec, options, file, open } = request;
  const starts = repetitions(part);
  const length = starts.at(-1)!;
  const once = Math.max(...starts.slice(1).map((end, i) => end - starts[i]));
  const mixed = part.loops > 1 ? once + SEAM : length;
  const clips = [];
  const files = new Map<string, SoundFile>();
  for (const clip of placed(track.clips, part, mixed)) {
    const { sha256 } = clip.clip;
    const found = files.get(sha256) ?? (await open(sha256));
    files.set(sha256, found);
    clips.push({ ...clip, file: found });
  }
  const mix = new Mix(bench, clips, mixed);
  const whole = part.loops > 1 ? repeated(mix, starts, bench) : mix.samples();
  const { fadeIn = 0, fadeOut = 0 } = track;
  const fades = {
    fadeIn: Math.round(fadeIn * SAMPLE_RATE),
    fadeOut: Math.round(fadeOut * SAMPLE_RATE),
    length,
  };
  const limiter = new Limiter();
  // Without an edit list, players hear the encoder's priming: the sound behind it is not late if it begins later.
  const trim = options.editLists === false ? codec.priming : 0;
  const samples = without(trim, limiter.limit(faded(whole, fades)));
  const run = await bench.start({
    inputs: [
      {
        options: [
          ...['-cpuflags', '0'], // the same bytes on every processor
          ...['-nostdin', '-loglevel', 'error', '-xerror'],
          ...['-f', 'f32le', '-ar', String(SAMPLE_RATE), '-ac', String(CHANNELS)],
        ],
        from: 'pipe:0',
      },
    ],
    outputs: [
      {
        options: [
          ...codec.encoder(options),
          ...['-threads', '1', '-flags:a', '+bitexact', '-fflags', '+bitexact', '-f', codec.container],
        ],
        to: file,
      },
    ],
  });
  try {
    for await (const chunk of samples) {
      await run.write(bytesOf(chunk)).catch(async () => {
        throw bench.failure(await run.exit);
      });
    }
  } catch (error) {
    run.kill();
    throw error;
  }
  run.end();
  const exit = await run.exit;
  if (exit.code !== 0) throw bench.failure(exit);
  const over = 20 * Math.log10(limiter.peak);
  return over > MOST_OVER ? over : undefined;
}
