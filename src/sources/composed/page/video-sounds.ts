/** Which parts of a video are heard, from where it is in each frame. */
import type { VideoSound } from './protocol.js';

/** A video that plays while a frame is shown. All times are in seconds. */
export interface Playing {
  /** The frame's number in the film. */
  frame: number;
  /** The address of the video. */
  src: string;
  /** The position in the video. */
  time: number;
  /** Its playback rate. */
  rate: number;
  /** The position's period, if the video repeats. */
  period: number | undefined;
}

/** How far a position may be off before the sound is cut: scenes' clocks move in steps of up to a frame. */
const TOLERANCE_FRAMES = 1.5;
const TOLERANCE_SECONDS = 0.04;

/** Positions closer to each other than this are equal. */
const EQUAL_SECONDS = 1e-6;

/** A video that repeats more often than this is heard once. */
const SHORTEST_SECONDS = 0.01;

/** The number of steps from which a rate is determined. */
const WINDOW = 8;

/** A frame, with the position as if a video that repeats went on. */
interface Moment extends Playing {
  unrolled: number;
}

/**
 * The parts of videos that one node plays, in order. A part goes on for as long as the position moves steadily. It is
 * cut where the video repeats.
 * @param playing - What the node plays, in the order of frames. Frames in which it does not play are left out.
 */
export function soundsOf(playing: readonly Playing[], fps: number): VideoSound[] {
  const moments = moving(unroll(playing));
  const sounds: VideoSound[] = [];
  for (let i = 0; i < moments.length; ) {
    const start = moments[i];
    const rate = rateFrom(moments, i, fps);
    const end = rate > 0 ? endOf(moments, i, rate, fps) : i + 1;
    if (rate > 0) {
      const sound = {
        src: start.src,
        at: (start.frame + 0.5) / fps, // a frame shows one position for its whole duration: at most half of it off
        from: start.unrolled,
        seconds: (end - i) / fps,
        rate,
      };
      const starts = i === 0 || moments[i - 1].frame !== start.frame - 1;
      sounds.push(...repeated(starts ? fromBeginning(sound, fps) : sound, start.period));
    }
    i = end;
  }
  return sounds;
}

/** Whether a frame follows the one before it, with the same video. */
function follows(moments: readonly Playing[], i: number): boolean {
  if (i <= 0 || i >= moments.length) return false;
  const [last, next] = [moments[i - 1], moments[i]];
  return next.frame === last.frame + 1 && next.src === last.src && next.period === last.period;
}

function unroll(playing: readonly Playing[]): Moment[] {
  let before = 0; // the length of all repeats so far
  return playing.map((moment, i) => {
    const { time, period } = moment;
    if (period === undefined || !follows(playing, i)) before = 0;
    else if (playing[i - 1].time - time > period / 2) before += period;
    return { ...moment, unrolled: time + before };
  });
}

/** Leaves out frames in which the position stays where it is: the scene has ended, and is still shown. */
function moving(moments: readonly Moment[]): Moment[] {
  const stays = (i: number) =>
    follows(moments, i) && Math.abs(moments[i].unrolled - moments[i - 1].unrolled) < EQUAL_SECONDS;
  return moments.filter((_, i) => !(stays(i) && (stays(i + 1) || !follows(moments, i + 1))));
}

/** The rate with which a part is longest: the video's own, or as measured, since a scene may play at another speed. */
function rateFrom(moments: readonly Moment[], start: number, fps: number): number {
  const steps: number[] = [];
  for (let i = start + 1; steps.length < WINDOW && follows(moments, i); i++)
    steps.push(moments[i].unrolled - moments[i - 1].unrolled);
  const own = moments[start].rate;
  const measured = steps.length > 1 ? fps * median(steps) : own;
  return endOf(moments, start, measured, fps) > endOf(moments, start, own, fps) ? measured : own;
}

/** The index after the last frame of a part. */
function endOf(moments: readonly Moment[], start: number, rate: number, fps: number): number {
  const tolerance = rate * Math.max(TOLERANCE_FRAMES / fps, TOLERANCE_SECONDS);
  const first = moments[start].unrolled;
  let end = start + 1;
  while (
    follows(moments, end) &&
    Math.abs(moments[end].unrolled - first - ((end - start) * rate) / fps) <= tolerance
  )
    end++;
  return end;
}

/** A video that begins to play has moved on by a frame when it is first drawn. Its beginning is heard before that. */
function fromBeginning(sound: VideoSound, fps: number): VideoSound {
  const { at, from, seconds, rate } = sound;
  if (from > (TOLERANCE_FRAMES / fps) * rate) return sound;
  const earlier = Math.min(at, from / rate);
  return { ...sound, at: at - earlier, from: from - earlier * rate, seconds: seconds + earlier };
}

/** A part of a video, cut where the video repeats. */
function repeated(sound: VideoSound, period: number | undefined): VideoSound[] {
  if (period === undefined || !(period >= SHORTEST_SECONDS)) return [sound];
  const { at, from, seconds, rate } = sound;
  const end = from + seconds * rate;
  const parts: VideoSound[] = [];
  for (let start = from; end - start > EQUAL_SECONDS; ) {
    const repeats = Math.floor(start / period + EQUAL_SECONDS);
    const next = Math.min(end, (repeats + 1) * period);
    const inside = Math.max(0, start - repeats * period);
    parts.push({ ...sound, at: at + (start - from) / rate, from: inside, seconds: (next - start) / rate });
    start = next;
  }
  return parts;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
