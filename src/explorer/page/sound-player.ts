/**
 * Plays the page's sound along with the film, whatever moves the play head. Its samples are in memory, so a loop has
 * no gap where it begins again. Nothing is heard before the user has pressed something: browsers require that.
 */
import { effect } from '@preact/signals';
import { UsageError } from '../../core/errors.js';
import { printable } from '../../core/wording/printable.js';
import { looping } from '../saving/sound.js';
import { playbackSpeed } from './playback.js';
import { type DecodedSound, sound } from './sound.js';
import { state } from './store.js';

/** The longest sound that is decoded, in seconds: 20 minutes in stereo are 460 MB. */
const MOST_SECONDS = 1200;
/** The largest file, in bytes. */
const MOST_BYTES = 500e6;
/** In Hz: that of our films. */
const RATE = 48_000;
/** How far the sound may be from the picture, in seconds, before it jumps there. */
const TOLERANCE = 0.03;
/** How quickly it fades in and out, in seconds, so that it does not click. */
const FADE = 0.006;
const PRESSES = ['pointerup', 'keydown', 'click'] as const;

/**
 * Reads a sound.
 * @param name - Of the file, for messages.
 * @param file - The file, or the address of one.
 * @throws UsageError if it is no sound that this browser can decode, or too long.
 */
export async function decodeSound(name: string, file: Blob | string): Promise<DecodedSound> {
  const shown = printable(name);
  if (typeof file !== 'string' && file.size === 0)
    throw new UsageError(`${shown} is empty, or a folder: choose a WAV, MP3, M4A or FLAC file.`);
  const seconds = await lengthOf(file);
  if (seconds !== undefined && seconds > MOST_SECONDS) {
    throw new UsageError(
      `${shown} is ${Math.round(seconds)} s long, but the page plays at most ${MOST_SECONDS} s: cut it, or render the film ` +
        'with --audio.',
    );
  }
  const bytes = await bytesOf(shown, file);
  const digest = crypto.subtle && new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const sha256 = digest && Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  try {
    const samples = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(bytes);
    if (samples.length === 0) throw new Error('it is empty');
    return { samples, sha256 };
  } catch {
    throw new UsageError(
      `${shown} is not a sound that this browser can play: choose a WAV, MP3, M4A or FLAC file.`,
    );
  }
}

async function bytesOf(shown: string, file: Blob | string): Promise<ArrayBuffer> {
  try {
    if (typeof file !== 'string') {
      if (file.size <= MOST_BYTES) return await file.arrayBuffer();
    } else {
      const answer = await fetch(file);
      if (answer.ok && Number(answer.headers.get('content-length')) <= MOST_BYTES)
        return await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`status ${answer.status}`);
    }
  } catch (error) {
    throw new UsageError(`${shown} cannot be read (${(error as Error).message}): choose it again.`);
  }
  throw new UsageError(
    `${shown} has more than ${MOST_BYTES / 1e6} MB: cut it, or render the film with --audio.`,
  );
}

/** The length of a sound in seconds, without reading all of it; undefined if the browser cannot say. */
async function lengthOf(file: Blob | string): Promise<number | undefined> {
  const address = typeof file === 'string' ? file : URL.createObjectURL(file);
  const element = new Audio();
  element.preload = 'metadata';
  try {
    return await new Promise((found) => {
      element.onloadedmetadata = () =>
        found(Number.isFinite(element.duration) ? element.duration : undefined);
      element.onerror = () => found(undefined);
      element.src = address;
    });
  } finally {
    element.removeAttribute('src'); // stops the download
    if (typeof file !== 'string') URL.revokeObjectURL(address);
  }
}

/** What sounds at the moment. */
interface Sounding {
  node: AudioBufferSourceNode;
  gain: GainNode;
  /** Which samples play: the sound's, in the length of the film if that is a loop. */
  samples: AudioBuffer;
  loop: boolean;
  /** At this time of the audio clock, the sound was at this position, in seconds. */
  since: number;
  position: number;
  rate: number;
}

let context: AudioContext | undefined;
let sounding: Sounding | undefined;
/** The samples of a loop, which are as long as the film. */
let looped: { of: AudioBuffer; samples: AudioBuffer } | undefined;
let isFollowing = false;

/** Follows the play head from now on, with whatever sound the page has. */
export function followFilm(): void {
  if (isFollowing) return;
  isFollowing = true;
  effect(follow);
  for (const press of PRESSES) addEventListener(press, follow, { capture: true, passive: true });
}

function follow(): void {
  const { time, playing, document } = state.value;
  const { value } = sound;
  const speed = playbackSpeed.value;
  if (!value || !playing || value.muted) {
    stop();
    return;
  }
  const running = runningContext();
  if (!running) return;
  const { seconds, loop } = document.sweep;
  const samples = loop ? loopOf(value.decoded.samples, seconds) : value.decoded.samples;
  // What is played now is heard when it has passed through the device.
  const wanted = time + speed * (running.outputLatency || 0);
  if (sounding?.samples === samples && sounding.loop === loop) {
    setRate(running, speed);
    const difference = positionOf(sounding, running.currentTime) - wanted;
    const error = loop ? difference - seconds * Math.round(difference / seconds) : difference;
    if (Math.abs(error) <= TOLERANCE) return;
  }
  stop();
  play(running, samples, loop ? wanted % seconds : wanted, loop, speed);
}

/** The audio clock, once the user has pressed something. */
function runningContext(): AudioContext | undefined {
  const mayStart = navigator.userActivation?.hasBeenActive ?? true;
  if (!context && mayStart) {
    context = new AudioContext({ latencyHint: 'interactive' });
    context.addEventListener('statechange', follow);
  }
  if (context?.state === 'running') return context;
  if (mayStart) void context?.resume().catch(() => {}); // then its state changes
  return undefined;
}

function loopOf(samples: AudioBuffer, seconds: number): AudioBuffer {
  const length = Math.round(seconds * samples.sampleRate);
  if (looped?.of !== samples || looped.samples.length !== length)
    looped = { of: samples, samples: looping(samples, length) };
  return looped.samples;
}

function play(
  clock: AudioContext,
  samples: AudioBuffer,
  position: number,
  loop: boolean,
  rate: number,
): void {
  if (position >= samples.duration) return; // the film is longer than the sound
  const [node, gain] = [clock.createBufferSource(), clock.createGain()];
  node.buffer = samples;
  node.loop = loop;
  node.playbackRate.value = rate;
  gain.gain.setValueAtTime(0, clock.currentTime);
  gain.gain.linearRampToValueAtTime(1, clock.currentTime + FADE);
  node.connect(gain).connect(clock.destination);
  node.onended = () => gain.disconnect();
  node.start(0, position);
  sounding = { node, gain, samples, loop, since: clock.currentTime, position, rate };
}

function setRate(clock: AudioContext, rate: number): void {
  if (!sounding || sounding.rate === rate) return;
  const now = clock.currentTime;
  sounding.node.playbackRate.setValueAtTime(rate, now);
  sounding = { ...sounding, position: positionOf(sounding, now), since: now, rate };
}

const positionOf = ({ position, since, rate }: Sounding, now: number) => position + rate * (now - since);

function stop(): void {
  if (!sounding || !context) return;
  const { node, gain } = sounding;
  sounding = undefined;
  gain.gain.cancelScheduledValues(context.currentTime);
  gain.gain.setTargetAtTime(0, context.currentTime, FADE / 3);
  node.stop(context.currentTime + 2 * FADE);
}
