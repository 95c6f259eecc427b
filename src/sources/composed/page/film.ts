/**
 * Plays a Motion Canvas project frame by frame, like its own renderer but without the editor. Errors are thrown where
 * they happen, and frames can be skipped without being drawn, so that several pages can share a film.
 */
import {
  type FullSceneDescription,
  Logger,
  LogLevel,
  PlaybackManager,
  PlaybackState,
  PlaybackStatus,
  type ProjectSettings,
  type Scene,
  SharedWebGLContext,
  Stage,
  Vector2,
} from '@motion-canvas/core';
import { nextFrame } from '../../../nodes/picture-store.js';
import { facesLoaded } from './faces.js';
import { UnreadVariable } from './failure.js';
import { releaseRemovedNodes } from './forget.js';
import { frameCountOf } from './length.js';
import type { FilmInfo, FilmSettings, VideoSound } from './protocol.js';
import { filmSound, Videos } from './sound.js';
import { SavedTimeEvents } from './time-events.js';
import { warn } from './warning.js';

export interface PageFilm {
  info: Omit<FilmInfo, 'arithmetic'>;
  /** The canvas context that frames are drawn on. */
  context: CanvasRenderingContext2D;
  /** Advances to a frame, which must not be before the current one. */
  advance(frame: number): Promise<void>;
  /** Lets nodes start slow work for the current frame before it is drawn. */
  prepare(): void;
  /** Draws the current frame, whose background may be missing until complete(). */
  draw(): Promise<void>;
  /** Paints the background below what has been drawn. */
  complete(): void;
}

/** Sets up the scenes, and plays them once without drawing to find their lengths. */
export async function openFilm(project: ProjectSettings, settings: FilmSettings): Promise<PageFilm> {
  const { fps, background } = settings;
  const { size, resolutionScale } = stageSize(settings);
  const logger = project.logger ?? new Logger();
  logger.onLogged.subscribe(({ level, message, stack = new Error().stack, inspect }) => {
    logger.history.length = 0; // it would keep all messages, for the editor
    if (level !== LogLevel.Error && level !== LogLevel.Warn) return;
    const node = scenes.map((scene) => internals(scene).getNode(inspect)).find(Boolean);
    warn(String(message), { node: node ?? undefined, stack });
  });

  const playback = new PlaybackManager();
  const status = new PlaybackStatus(playback);
  const sharedWebGLContext = new SharedWebGLContext(logger);
  const used = new Set<string>();
  const variables = recordReads({ ...project.variables, ...settings.variables }, used);
  const videos = settings.listen ? new Videos() : undefined;
  const scenes: Scene[] = project.scenes.map((description) => {
    const scene: Scene = new description.klass({
      ...description,
      meta: description.meta.clone(),
      logger,
      playback: status,
      size,
      resolutionScale,
      timeEventsClass: SavedTimeEvents,
      sharedWebGLContext,
      experimentalFeatures: project.experimentalFeatures,
    } as FullSceneDescription & ConstructorParameters<typeof description.klass>[0]);
    releaseRemovedNodes(scene);
    videos?.watch(scene);
    reportProgress(scene, playback);
    scene.reload({ config: description.onReplaced.current.config, size, resolutionScale });
    scene.variables.updateSignals(variables);
    scene.onReset.subscribe(() => {
      window.untrainedTell({ type: 'scene', name: description.name });
      window.untrained.waiting = () => suspended(scene);
      window.untrained.makerOf = (url) => makerOf(scene, url);
    });
    return scene;
  });
  if (scenes.length === 0) throw new Error('The project has no scenes');
  playback.setup(scenes);
  playback.fps = fps;
  playback.state = PlaybackState.Rendering;

  const stage = new Stage();
  stage.configure({ size, resolutionScale, background, colorSpace: 'srgb' });
  await facesLoaded(tellFace);
  await playback.recalculate();
  if (await facesLoaded(tellFace)) await playback.recalculate(); // the new fonts change the size of text
  const unread = Object.keys(settings.variables).find((name) => !used.has(name));
  if (unread !== undefined) throw new UnreadVariable(unread, [...used].sort());
  const frames = frameCountOf(scenes[scenes.length - 1], playback.duration, fps);
  const info = {
    frames,
    scenes: scenes.map(({ name, firstFrame, lastFrame }) => ({ name, frames: lastFrame - firstFrame })),
    sound: videos && filmSound(project, await soundsOfVideos(videos, playback, frames)),
  };
  await playback.reset();

  const context = stage.finalBuffer.getContext('2d')!;
  let alone = false; // whether the frame shows one scene, without its background
  return {
    info,
    context,
    async advance(frame) {
      // Frame by frame: a jump into a transition would lack the previous scene.
      while (playback.frame < frame && !playback.finished) await playback.progress();
    },
    prepare() {
      nextFrame();
      for (const scene of [playback.previousScene, playback.currentScene]) if (scene) prepare(scene);
    },
    async draw() {
      await facesLoaded(tellFace); // scenes may add fonts at any time
      const { currentScene, previousScene } = playback;
      if (settings.transparent) for (const scene of [currentScene, previousScene]) clear(scene);
      alone = !previousScene;
      if (previousScene) await stage.render(currentScene, previousScene);
      else await drawAlone(currentScene, context, background);
    },
    complete() {
      if (alone) paintBelow(context, background);
    },
  };
}

/** Plays the film once more if it has videos, because playing each scene by itself lacks their transitions. */
async function soundsOfVideos(
  videos: Videos,
  playback: PlaybackManager,
  frames: number,
): Promise<VideoSound[]> {
  if (!videos.any) return [];
  videos.clear();
  await playback.reset();
  for (let frame = 0; frame < frames; frame++) {
    if (frame > 0) await playback.progress();
    await videos.look(frame, [playback.previousScene, playback.currentScene]);
    if (playback.finished) break;
  }
  const sounds = videos.sounds(playback.fps);
  videos.clear();
  return sounds;
}

function tellFace(family: string): void {
  window.untrainedTell({ type: 'face', family });
}

/** The maximum length of a film, in hours. A longer scene most likely never ends. */
const MAX_HOURS = 6;

/** Reports progress every second while frames are played: playing a long film before drawing it takes a while. */
function reportProgress(scene: Scene, playback: PlaybackManager): void {
  const next = scene.next.bind(scene);
  let reported = performance.now();
  scene.next = async () => {
    await next();
    if (playback.frame > MAX_HOURS * 3600 * playback.fps) {
      throw new Error(
        `The scene has not ended after ${MAX_HOURS} hours of film: does it contain an endless loop?`,
      );
    }
    if (performance.now() < reported + 1000) return;
    reported = performance.now();
    window.untrainedTell({ type: 'progress' });
  };
}

/** Draws one scene like Motion Canvas's stage, but without its second canvas, the slowest part of drawing a frame. */
async function drawAlone(scene: Scene, context: CanvasRenderingContext2D, background: string): Promise<void> {
  await scene.render(context);
  context.save();
  context.fillStyle = background; // paints nothing, but makes the background a part of the frame's fingerprint
  context.restore();
}

function paintBelow(context: CanvasRenderingContext2D, colour: string): void {
  const { width, height } = context.canvas;
  context.save();
  context.globalCompositeOperation = 'destination-over';
  context.fillStyle = colour;
  context.fillRect(0, 0, width, height);
  context.restore();
}

/** The private parts of Motion Canvas's scenes and nodes that we use. `prepare` is a method of our own nodes. */
interface SceneInternals {
  execute(callback: () => void): void;
  getView(): NodeInternals;
  getNode(key: unknown): NodeInternals | null;
}
interface NodeInternals {
  key: string;
  creationStack?: string;
  fill?(value: null): unknown;
  src?(): unknown;
  opacity(): number;
  children(): NodeInternals[];
  prepare?(): void;
}
const internals = (scene: Scene) => scene as unknown as SceneInternals;

/**
 * Motion Canvas learns what a scene waits for by drawing it; then it waits, and draws the scene again. Nodes that start
 * their work here save the first drawing.
 */
function prepare(scene: Scene): void {
  const visit = (node: NodeInternals) => {
    if (node.opacity() <= 0) return;
    node.prepare?.();
    for (const child of node.children()) visit(child);
  };
  internals(scene).execute(() => visit(internals(scene).getView()));
}

/** The stage's size in units and its scale, corrected because a canvas would truncate a width of 853.9999999 pixels. */
function stageSize({ view, size: [width, height] }: FilmSettings): {
  size: Vector2;
  resolutionScale: number;
} {
  const resolutionScale = width / view[0];
  const whole = (units: number, pixels: number) =>
    Math.trunc(units * resolutionScale) === pixels ? units : (pixels + 1e-6) / resolutionScale;
  return { size: new Vector2(whole(view[0], width), whole(view[1], height)), resolutionScale };
}

/** A proxy for the variables that records the names of those that are read. */
function recordReads(variables: Record<string, unknown>, used: Set<string>): Record<string, unknown> {
  return new Proxy(variables, {
    get(target, name) {
      if (typeof name === 'string') used.add(name);
      return Reflect.get(target, name);
    },
  });
}

/** Removes the fill of a scene's view. Call it for each frame, since a scene can set the fill at any time. */
function clear(scene: Scene | null): void {
  if (scene) internals(scene).getView().fill?.(null);
}

interface ThreadLike {
  runner: unknown;
  children: ThreadLike[];
}

/** The creation stack of the node whose `src` is this address. */
function makerOf(scene: Scene, url: string): string | undefined {
  const find = (node: NodeInternals): string | undefined => {
    const src = node.src?.();
    if (typeof src === 'string' && URL.canParse(src) && new URL(src).href === url) return node.creationStack;
    for (const child of node.children()) {
      const found = find(child);
      if (found) return found;
    }
    return undefined;
  };
  let found: string | undefined;
  internals(scene).execute(() => {
    found = find(internals(scene).getView());
  });
  return found;
}

/** The generators of a scene's threads, the main thread's first. */
function suspended(scene: Scene): unknown[] {
  const root = (scene as unknown as { thread?: { current: ThreadLike | null } }).thread?.current;
  const runners = (thread: ThreadLike): unknown[] => [thread.runner, ...thread.children.flatMap(runners)];
  return root ? runners(root) : [];
}
