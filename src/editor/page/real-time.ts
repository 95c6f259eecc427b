/** Playback in real time: it skips frames rather than slowing down. */
import type { Player } from '@motion-canvas/core';

/** The period over which shown frames are counted, in milliseconds. */
const WINDOW_MS = 1000;

/** Playback in the last second. */
export interface Playing {
  /** Frames shown per second. */
  shown: number;
  /** Frames of the film per second. */
  fps: number;
}

/** The parts of a player that decide when it shows which frame. */
type Clocked = Pick<Player, 'playback' | 'status' | 'audio' | 'isInUserRange' | 'onStateChanged'>;

/**
 * Makes a player play in real time. Motion Canvas moves on by one frame each time it has drawn one.
 * @param listener - Receives the rates while frames are skipped, and undefined when none are.
 * @param now - The time in milliseconds.
 */
export function keepToClock(
  player: Clocked,
  listener: (playing: Playing | undefined) => void,
  now: () => number = () => performance.now(),
): void {
  const { playback } = player;
  const advance = playback.progress.bind(playback);
  /** A time, and the frame that playback reached then. Undefined before it starts. */
  let start: { time: number; frame: number } | undefined;
  /** The frame of the last step: if the player is at any other, the user has sought it. */
  let reached = -1;
  let steps: { time: number; frames: number }[] = [];

  player.onStateChanged.subscribe(() => {
    start = undefined; // played, paused, or at another speed
    steps = [];
    listener(undefined);
  });
  playback.progress = async () => {
    const time = now();
    if (!start || playback.frame !== reached) start = { time, frame: playback.frame };
    // With sound, Motion Canvas itself keeps to the sound's clock.
    const hasSound = player.audio.isReady() && player.audio.isInRange(player.status.time);
    const due = start.frame + ((time - start.time) / 1000) * playback.fps * playback.speed;
    let finished = false;
    let frames = 0;
    do {
      finished = await advance();
      frames++;
    } while (!finished && !hasSound && playback.frame + playback.speed <= due && goesOn(player));
    reached = playback.frame;
    if (hasSound) start = undefined;
    steps = [...steps.filter((step) => time - step.time < WINDOW_MS), { time, frames }];
    listener(playingIn(steps, playback.fps));
    return finished;
  };
}

/** Whether playback does not end or wait at this frame. */
function goesOn(player: Clocked): boolean {
  const { playback } = player;
  return player.isInUserRange(playback.frame + playback.speed) && !playback.currentScene.slides.isWaiting();
}

function playingIn(steps: { frames: number }[], fps: number): Playing | undefined {
  const passed = steps.reduce((sum, { frames }) => sum + frames, 0);
  // A frame is skipped now and then even if drawing is fast enough, because the screen has its own refresh rate.
  if (passed <= 1.1 * steps.length) return undefined;
  return { shown: Math.round((fps * steps.length) / passed), fps };
}
