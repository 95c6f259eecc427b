/** Runs in the test page: draws any frames of any scene like Motion Canvas's renderer, and returns their pixels. */
import {
  DependencyContext,
  Logger,
  LogLevel,
  PlaybackManager,
  PlaybackState,
  PlaybackStatus,
  type Scene,
  type SceneDescription,
  SharedWebGLContext,
  Stage,
  ValueDispatcher,
  Vector2,
} from '@motion-canvas/core';
import { ReadOnlyTimeEvents } from '@motion-canvas/core/lib/scenes/timeEvents';

/** A frame, counted from 0. Negative numbers count from the end: -1 is the last. */
export type Moment = number | 'middle';

export interface FrameRequest {
  scene: string;
  size: [number, number];
  fps: number;
  /** Frames of the scene, all drawn by one run of it. */
  frames: readonly Moment[];
  /** Whether to draw like the editor while it plays. */
  playing?: boolean;
}

export interface DrawnFrame {
  width: number;
  height: number;
  /** RGBA8, top row first, in base64. */
  rgba: string;
  /** The number of frames of the whole scene. */
  frames: number;
  /** The warnings and notes that were logged. */
  logged: { message: string; node?: string; stack?: string }[];
  /** The fonts of the text that was drawn. */
  fonts: string[];
  /** The smallest text that was drawn, and its font size on a screen that is 375 pixels wide. */
  smallest?: { text: string; pixels: number };
}

/** Creates the function that the tests call in the page. */
export function framesOf(scenes: Record<string, SceneDescription>) {
  return async ({ scene, size, fps, frames: wanted, playing }: FrameRequest): Promise<DrawnFrame[]> => {
    await DependencyContext.consumePromises(); // left over from an earlier scene that failed
    const errors: string[] = [];
    const logger = new Logger();
    const logged: DrawnFrame['logged'] = [];
    logger.onLogged.subscribe(({ level, message, inspect, stack }) => {
      if (level === LogLevel.Error) errors.push(message);
      else if (level !== LogLevel.Debug) logged.push({ message, node: inspect, stack });
    });
    const playback = new PlaybackManager();
    const description = scenes[scene];
    playback.fps = fps;
    playback.state = playing ? PlaybackState.Playing : PlaybackState.Rendering;
    const extent = new Vector2(...size);
    const made = new description.klass({
      ...description,
      name: scene,
      onReplaced: new ValueDispatcher(description.config),
      meta: description.meta.clone(),
      logger,
      size: extent,
      resolutionScale: 1,
      playback: new PlaybackStatus(playback),
      timeEventsClass: ReadOnlyTimeEvents,
      sharedWebGLContext: new SharedWebGLContext(logger),
    } as unknown as ConstructorParameters<typeof description.klass>[0]) as Scene;
    playback.setup([made]);
    await playback.recalculate();
    const frames = playback.duration;
    await playback.reset();
    const stage = new Stage();
    stage.configure({ size: extent, resolutionScale: 1, colorSpace: 'srgb', background: null });
    const numbers = wanted.map((frame) => numberOf(frame, frames));
    const drawn = new Map<number, DrawnFrame>();
    for (const number of [...new Set(numbers)].sort((a, b) => a - b)) {
      await playback.seek(number);
      const text = await textDrawn(() => stage.render(playback.currentScene, playback.previousScene));
      if (errors.length > 0) throw new Error(errors.join('\n'));
      const [width, height] = size;
      const { data } = stage.finalBuffer.getContext('2d')!.getImageData(0, 0, width, height);
      const [first] = text.sort((a, b) => a.size - b.size);
      const smallest = first && { text: first.text, pixels: (first.size * 375) / width };
      const fonts = [...new Set(text.map(({ font }) => font))];
      drawn.set(number, { width, height, rgba: await toBase64(data), frames, logged, fonts, smallest });
    }
    return numbers.map((number) => drawn.get(number)!);
  };
}

function numberOf(frame: Moment, frames: number): number {
  if (frame === 'middle') return Math.floor(frames / 2);
  return frame < 0 ? frames + frame : frame;
}

interface DrawnText {
  text: string;
  font: string;
  /** The font size in pixels of the canvas. */
  size: number;
}

/** The visible text that is drawn. */
async function textDrawn(draw: () => Promise<void>): Promise<DrawnText[]> {
  const drawn: DrawnText[] = [];
  const { fillText } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
    const { a, b } = this.getTransform();
    const size = Math.hypot(a, b) * Number(/([\d.]+)px/.exec(this.font)?.[1]);
    if (text.trim() !== '' && this.globalAlpha > 0.02) drawn.push({ text, font: this.font, size });
    return fillText.call(this, text, ...place);
  };
  try {
    await draw();
  } finally {
    CanvasRenderingContext2D.prototype.fillText = fillText;
  }
  return drawn;
}

async function toBase64(data: Uint8ClampedArray<ArrayBuffer>): Promise<string> {
  const reader = new FileReader();
  const read = new Promise((resolve) => reader.addEventListener('load', resolve));
  reader.readAsDataURL(new Blob([data]));
  await read;
  return (reader.result as string).split(',')[1];
}
