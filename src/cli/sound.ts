/** Chooses the sound of each film: the file of --audio, that of a film that is rendered again, or a sweep's music. */
import { relative } from 'node:path';
import { UsageError } from '../core/errors.js';
import type { SoundNote, SoundSettings } from '../core/sound/settings.js';
import { inSight } from '../core/wording/printable.js';
import {
  type Ffmpeg,
  findFfmpeg,
  parseOutput,
  platformOf,
  rulesOf,
  soundlessNote,
  takesSound,
} from '../outputs/index.js';
import { probeSound, type Sound } from '../sound/probe.js';
import type { Clip, Soundtrack } from '../sound/soundtrack.js';
import { flagOf } from './option.js';
import { entriesOf, type RenderOptions, type Resolved } from './options.js';
import type { Planned, Subject, Timing } from './plan.js';
import type { Reporter } from './report.js';
import type { EarlierSound } from './scenes.js';

/** A film's sound. */
export interface PlannedSound {
  /** Undefined for a composed scene's own sound, if it has any. */
  track?: Soundtrack | undefined;
  /** The sound for the film's recipe. */
  note?: SoundNote | undefined;
}

type Options = Resolved<RenderOptions>;

/** A sound file to use. */
interface Choice {
  path: string;
  /** When it starts in the film, or below 0, how much of it is skipped, in seconds. */
  offset: number;
  settings: SoundSettings;
  /** The recipe that it is used with, if that names a sound. */
  before?: { given: string; note: SoundNote } | undefined;
  /** If it is that of a film that is made again: the sound in that film's recipe, if it has one. */
  kept?: { note: SoundNote | undefined };
}

/** The fields of settings, by their options' names. */
const SETTINGS = {
  audioOffset: 'offset',
  audioGain: 'gain',
  audioFadeIn: 'fadeIn',
  audioFadeOut: 'fadeOut',
} as const satisfies Partial<Record<keyof RenderOptions, keyof SoundSettings>>;
type SettingName = keyof typeof SETTINGS;
const settingNames = Object.keys(SETTINGS) as SettingName[];

/** The sample rate of films' sound, in Hz. */
const RATE = 48_000;
/** How long a film is expected to be if only a browser can tell, in seconds: as much of its sound is checked. */
const UNKNOWN_SECONDS = 600;
/** Differences of times below this, in seconds, are rounding. */
const CLOSE = 0.001;

/**
 * Chooses and examines the sound of each film.
 * @param given - The names of the options that were given.
 * @throws UsageError for options that do not fit, for a sound that cannot be used, and if it is not known which sound a
 * film should have that is made again; RenderError for a warning with --strict.
 */
export async function soundsOf(
  subject: Subject,
  options: Options,
  given: ReadonlySet<string>,
  plan: readonly Planned[],
  report: Reporter,
  signal: AbortSignal,
): Promise<PlannedSound[]> {
  const flags = settingNames.filter((name) => given.has(name)).map(flagCalled);
  if (options.audio === false) {
    if (flags.length > 0) {
      throw new UsageError(
        `${flags[0]} cannot be used with --no-audio, since there is no sound: leave one out.`,
      );
    }
    return plan.map(() => ({ track: { clips: [] } }));
  }
  const choice = choiceFor(subject, options, plan, report);
  const [flag] = flags;
  if (flag && !choice)
    throw new UsageError(
      `${flag} applies only to the sound of --audio: add --audio FILE, or leave out ${flag}.`,
    );
  if (flag && choice?.kept) {
    throw new UsageError(
      `The sound of ${inSight(choice.path)} is kept as it is: leave out ${flag}, or replace it with --audio FILE.`,
    );
  }
  if (!choice) return plan.map(() => ({}));
  const able = plan.filter(({ group }) => group.files.some(({ path }) => takesSound(parseOutput(path))));
  saySoundless(plan, options, report);
  const [first = plan[0]] = able;
  if (!first) return []; // only pages
  const ffmpeg = await findFfmpeg(options.ffmpeg, undefined, options.timeout);
  const sound = await examined(choice, first, able, ffmpeg, options, report, signal);
  return plan.map((planned) => withGain(choice, sound, quieterBy(choice, sound, planned, report)));
}

const flagCalled = (name: string): string =>
  flagOf(entriesOf('render').find((entry) => entry.name === name)!);

/** The file with the sound; undefined if there is none, or only a composed scene's own. */
function choiceFor(
  subject: Subject,
  options: Options,
  plan: readonly Planned[],
  report: Reporter,
): Choice | undefined {
  const { earlier } = subject;
  if (options.audio) return chosen(options.audio, options, earlier);
  if (earlier) {
    if (!plan.some(({ group }) => group.files.some(({ path }) => takesSound(parseOutput(path)))))
      return undefined;
    return kept(earlier, plan);
  }
  const sounds = subject.kind === 'sweep' ? (subject.sounds ?? []) : [];
  if (sounds.length === 1) {
    const before = subject.kind === 'sweep' ? subject.sweep : undefined;
    const [why] = plan.flatMap((planned) => retiming(planned, before) ?? []);
    if (!why) return chosen(relative('.', sounds[0]), options);
    report.note(
      `${subject.name} listens to a sound that does not fit this film, which ${why}: choose a sound with --audio.`,
    );
  }
  if (sounds.length > 1) {
    report.note(
      `${subject.name} listens to ${sounds.length} files, so its film has no sound: choose one with --audio.`,
    );
  }
  return undefined;
}

/** @param earlier - The sound in the recipe that the scene was read from, whose settings are the defaults. */
function chosen(path: string, options: Options, earlier?: EarlierSound): Choice {
  const { given = '', note } = earlier ?? {};
  const settings: SoundSettings = {};
  for (const name of settingNames) {
    const field = SETTINGS[name];
    const value = options[name] ?? note?.[field];
    if (value !== undefined && value !== 0) settings[field] = value;
  }
  return { path, offset: settings.offset ?? 0, settings, before: note && { given, note } };
}

/**
 * The sound of a film that is made again.
 * @throws UsageError if the file does not have its sound, or if the film is retimed.
 */
function kept({ given, note, inFile, sweep }: EarlierSound, plan: readonly Planned[]): Choice {
  const ask = 'choose a sound with --audio FILE, or none with --no-audio';
  if (!inFile) {
    throw new UsageError(`${inSight(given)} names a sound by its SHA-256 but does not contain it: ${ask}.`);
  }
  let offset = 0;
  for (const planned of plan) {
    const why = retiming(planned, sweep);
    if (why)
      throw new UsageError(`The sound of ${inSight(given)} does not fit the new film, which ${why}: ${ask}.`);
    offset = windowOf(planned.earlier ?? planned.film).start;
  }
  return { path: given, offset, settings: {}, kept: { note } };
}

/** How a film's times differ from those of the film from which it is made; undefined if its sound still fits. */
function retiming({ sweep, film, earlier }: Planned, before: EarlierSound['sweep']): string | undefined {
  if (sweep && before) {
    if (sweep.seconds !== before.seconds)
      return `lasts ${short(sweep.seconds)} s instead of ${short(before.seconds)} s`;
    if (JSON.stringify(sweep.pace) !== JSON.stringify(before.pace)) return 'has another pace';
  }
  const [now, then] = [windowOf(film), windowOf(earlier ?? film)];
  const frame = 1 / film.fps + CLOSE;
  const within = now.start >= then.start - frame && !(now.end > then.end + frame);
  if (within) return undefined;
  return `shows ${short(now.start)} to ${short(now.end)} s instead of ${short(then.start)} to ${short(then.end)} s`;
}

/** The part of the whole film that a file shows, in seconds; it ends at NaN if only a browser can tell. */
function windowOf({ fps, every = 1, range, whole }: Timing): { start: number; end: number } {
  if (!range) return { start: 0, end: whole ?? Number.NaN };
  return { start: range[0] / (fps * every), end: (range[1] + 1) / (fps * every) };
}

/** Warns of files that cannot have sound. Files that nobody named are only noted. */
function saySoundless(plan: readonly Planned[], { out }: Options, report: Reporter): void {
  for (const { path } of plan.flatMap(({ group }) => group.files)) {
    const output = parseOutput(path);
    if (takesSound(output)) continue;
    if (out.length > 0) report.warning(soundlessNote(output));
    else report.note(soundlessNote(output));
  }
}

/** Examines the part of the sound that is heard, and says what is unusual about it. */
async function examined(
  { path, offset, before, kept }: Choice,
  first: Planned,
  able: readonly Planned[],
  ffmpeg: Ffmpeg,
  { timeout }: Options,
  report: Reporter,
  signal: AbortSignal,
): Promise<Sound> {
  const shown = inSight(path);
  const { start, end } = windowOf(first.film);
  const [at, from] = [Math.max(0, offset), Math.max(0, -offset)];
  const whole = first.film.whole ?? Number.POSITIVE_INFINITY;
  if (at >= whole) {
    throw new UsageError(
      `${shown} would start at ${short(at)} s, and the film lasts ${short(whole)} s: use a lower --audio-offset.`,
    );
  }
  const skipped = from + Math.max(0, start - at);
  const length = Number.isNaN(end) ? UNKNOWN_SECONDS : Math.max(0, end - Math.max(at, start));
  const loudness = able.some((planned) => loudestIn(planned) !== undefined);
  const means = { timeout, signal, onStage: report.stage };
  const sound = await probeSound(path, ffmpeg, {
    from: skipped,
    seconds: Math.max(length, 0.1),
    loudness,
    ...means,
  });
  const { seconds, channels, rate, damage } = sound;
  if (seconds !== undefined && from >= seconds) {
    throw new UsageError(
      `${shown} lasts ${short(seconds)} s, and --audio-offset ${-from} skips all of it: use a higher offset.`,
    );
  }
  if (damage)
    report.warning(
      `${shown} is damaged (${damage}): what cannot be decoded is left out, so the rest may play early.`,
    );
  if (before && before.note.sha256 !== sound.sha256) {
    report.warning(
      `${shown} is not the sound that ${inSight(before.given)} was made with, as its SHA-256 differs: it may not fit.`,
    );
  }
  if (kept || able.length === 0) return sound;
  if (channels > 2) report.note(`${shown} has ${channels} channels: they are mixed down to stereo.`);
  if (rate > RATE)
    report.note(
      `${shown} has a sample rate of ${short(rate / 1000)} kHz: it is resampled to ${RATE / 1000} kHz.`,
    );
  if (seconds !== undefined && length > 0 && seconds > skipped + length + 0.1 && !Number.isNaN(end)) {
    const part =
      skipped > 0 ? `${short(skipped)} to ${short(skipped + length)} s` : `its first ${short(length)} s`;
    report.note(`${shown} lasts ${short(seconds)} s: the film has only ${part}.`);
  }
  return sound;
}

/** The loudest sound that the platforms of a film's files accept, with the platform that says so. */
function loudestIn({ group }: Planned) {
  const limits = group.files.flatMap(({ path, platform }) => {
    const output = parseOutput(path);
    const fact = platform && takesSound(output) && rulesOf(platformOf(platform), output.format)?.loudness;
    return fact ? [{ ...fact, title: platformOf(platform).title }] : [];
  });
  return limits.sort((a, b) => a.value - b.value)[0];
}

/** By how many dB a film's sound is turned down for its platforms: 0 or more. */
function quieterBy(
  { path, settings }: Choice,
  { loudness }: Sound,
  planned: Planned,
  report: Reporter,
): number {
  const most = loudestIn(planned);
  if (!most || loudness === undefined) return 0;
  const excess = Math.ceil(10 * (loudness + (settings.gain ?? 0) - most.value) - 0.5) / 10;
  if (!(excess > 0)) return 0;
  const unverified = most.unverified ? 'unverified: ' : '';
  report.note(
    `${inSight(path)} is turned down by ${excess} dB to ${most.value} LUFS, the loudness for ${most.title} (${unverified}${most.source}).`,
  );
  return excess;
}

/** The soundtrack and the note, turned down by some dB. */
function withGain({ offset, settings, kept }: Choice, { path, sha256 }: Sound, by: number): PlannedSound {
  const gain = Number(((settings.gain ?? 0) - by).toFixed(2));
  const clip: Clip = {
    path,
    sha256,
    at: Math.max(0, offset),
    from: Math.max(0, -offset),
    ...(gain !== 0 && { gain }),
  };
  const { fadeIn, fadeOut } = settings;
  const track = { clips: [clip], ...(fadeIn && { fadeIn }), ...(fadeOut && { fadeOut }) };
  if (!kept) return { track, note: { sha256, ...settings, ...(gain !== 0 && { gain }) } };
  const { note } = kept;
  const turned = by > 0 ? { gain: Math.max(-60, Number(((note?.gain ?? 0) - by).toFixed(2))) } : {};
  return { track, note: note && { ...note, ...turned } };
}

const short = (value: number) => String(Number(value.toFixed(2)));
