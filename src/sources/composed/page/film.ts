/**
 * A Motion Canvas project played frame by frame, as its own renderer does, but without the editor: errors are thrown
 * where they happen, and frames may be passed over without being drawn, so that several pages can share a film.
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
  type Threadable,
  Vector2,
} from '@motion-canvas/core';
import { ReadOnlyTimeEvents } from '@motion-canvas/core/lib/scenes/timeEvents/index.js';
import { facesLoaded } from './faces.js';
import { UnreadVariable } from './failure.js';
import { forgetful } from './forget.js';
import type { FilmInfo, FilmSettings } from './protocol.js';
import { warn } from './warning.js';

export interface PageFilm {
  info: FilmInfo;
  /** What is drawn on. */
  context: CanvasRenderingContext2D;
  /** Plays on to a frame, which must not lie before the one reached. */
  advance(frame: number): Promise<void>;
  /** Has nodes begin with what takes them long, before the frame reached is drawn. */
  prepare(): void;
  /** Draws the frame reached. */
  draw(): Promise<void>;
}

/** Sets the scenes up and plays them through once, undrawn, which is how their length is found. */
export async function openFilm(project: ProjectSettings, settings: FilmSettings): Promise<PageFilm> {
  const { fps, background } = settings;
  const { size, resolutionScale } = stageSize(settings);
  const logger = project.logger ?? new Logger();
  logger.onLogged.subscribe(({ level, message, stack = new Error().stack, inspect }) => {
    logger.history.length = 0; // it keeps all that was ever logged, for an editor
    if (level !== LogLevel.Error && level !== LogLevel.Warn) return;
    const node = scenes.map((scene) => internals(scene).getNode(inspect)).find(Boolean);
    warn(String(message), { node: node ?? undefined, stack });
  });

  const playback = new PlaybackManager();
  const status = new PlaybackStatus(playback);
  const sharedWebGLContext = new SharedWebGLContext(logger);
  const asked = new Set<string>();
  const variables = noting({ ...project.variables, ...settings.variables }, asked);
  const scenes: Scene[] = project.scenes.map((description) => {
    const scene: Scene = new description.klass({
      ...description,
      meta: description.meta.clone(),
      logger,
      playback: status,
      size,
      resolutionScale,
      timeEventsClass: ReadOnlyTimeEvents,
      sharedWebGLContext,
      experimentalFeatures: project.experimentalFeatures,
    } as FullSceneDescription & ConstructorParameters<typeof description.klass>[0]);
    forgetful(scene);
    showProgress(scene, playback);
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
  if (await facesLoaded(tellFace)) await playback.recalculate(); // text has another size in them
  const unread = Object.keys(settings.variables).find((name) => !asked.has(name));
  if (unread !== undefined) throw new UnreadVariable(unread, [...asked].sort());
  const info: FilmInfo = {
    frames: lengthOf(scenes[scenes.length - 1], playback.duration, fps),
    scenes: scenes.map(({ name, firstFrame, lastFrame }) => ({ name, frames: lastFrame - firstFrame })),
  };
  await playback.reset();

  const context = stage.finalBuffer.getContext('2d')!;
  return {
    info,
    context,
    async advance(frame) {
      // One by one: a jump would land in a transition without the scene that it leaves.
      while (playback.frame < frame && !playback.finished) await playback.progress();
    },
    prepare() {
      for (const scene of [playback.previousScene, playback.currentScene]) if (scene) prepare(scene);
    },
    async draw() {
      await facesLoaded(tellFace); // scenes may add some at any time
      const { currentScene, previousScene } = playback;
      if (settings.transparent) for (const scene of [currentScene, previousScene]) clear(scene);
      if (previousScene) await stage.render(currentScene, previousScene);
      else await drawAlone(currentScene, context, background);
    },
  };
}

function tellFace(family: string): void {
  window.untrainedTell({ type: 'face', family });
}

/** Hours of a film, at most. A scene that goes on longer most likely never ends, and nobody would hear of it. */
const LONGEST = 6;

/** Tells of each second in which frames were played: a long film takes long before its first one is drawn. */
function showProgress(scene: Scene, playback: PlaybackManager): void {
  const next = scene.next.bind(scene);
  let told = performance.now();
  scene.next = async () => {
    await next();
    if (playback.frame > LONGEST * 3600 * playback.fps) {
      throw new Error(`It has not ended after ${LONGEST} hours of film: does it go on without end?`);
    }
    if (performance.now() < told + 1000) return;
    told = performance.now();
    window.untrainedTell({ type: 'progress' });
  };
}

/** What Motion Canvas's stage makes of one scene, without a second canvas: that is what a frame takes longest to draw. */
async function drawAlone(scene: Scene, context: CanvasRenderingContext2D, background: string): Promise<void> {
  await scene.render(context);
  const { width, height } = context.canvas;
  context.save();
  context.globalCompositeOperation = 'destination-over';
  context.fillStyle = background;
  context.fillRect(0, 0, width, height);
  context.restore();
}

/** What is used of Motion Canvas's scenes and nodes beyond their types. `prepare` is that of our own nodes. */
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
 * Motion Canvas draws, learns by that what the scene has to wait for, waits, and draws again. Where nodes ask for it
 * beforehand, the scene is drawn once.
 */
function prepare(scene: Scene): void {
  const visit = (node: NodeInternals) => {
    if (node.opacity() <= 0) return;
    node.prepare?.();
    for (const child of node.children()) visit(child);
  };
  internals(scene).execute(() => visit(internals(scene).getView()));
}

/**
 * How many frames there are. Motion Canvas finds out by adding up frame times, and is off by one as rounding errors have
 * it: a tween of a second has 25 frames at 25 fps, but 31 at 30. The last scene's own clock is exact.
 */
function lengthOf(last: Scene, duration: number, fps: number): number {
  const clock = (last as Partial<Threadable>).onThreadChanged?.current?.time() ?? 0;
  const frames = last.firstFrame + Math.round(clock * fps);
  return Math.max(1, Math.abs(frames - duration) <= 2 ? frames : duration);
}

/** A canvas has whole pixels, and drops what is left of 853.9999999 of them. */
function stageSize({ view, size: [width, height] }: FilmSettings): {
  size: Vector2;
  resolutionScale: number;
} {
  const resolutionScale = width / view[0];
  const whole = (units: number, pixels: number) =>
    Math.trunc(units * resolutionScale) === pixels ? units : (pixels + 1e-6) / resolutionScale;
  return { size: new Vector2(whole(view[0], width), whole(view[1], height)), resolutionScale };
}

/** The same variables, noting which are asked for. */
function noting(variables: Record<string, unknown>, asked: Set<string>): Record<string, unknown> {
  return new Proxy(variables, {
    get(target, name) {
      if (typeof name === 'string') asked.add(name);
      return Reflect.get(target, name);
    },
  });
}

/** Takes away what fills the view of a scene, in the middle of which it may have been set. */
function clear(scene: Scene | null): void {
  if (scene) internals(scene).getView().fill?.(null);
}

interface ThreadLike {
  runner: unknown;
  children: ThreadLike[];
}

/** Where the node of a scene was made whose `src` is this address. */
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

/** The generators of a scene's threads, the main one's first. */
function suspended(scene: Scene): unknown[] {
  const root = (scene as unknown as { thread?: { current: ThreadLike | null } }).thread?.current;
  const runners = (thread: ThreadLike): unknown[] => [thread.runner, ...thread.children.flatMap(runners)];
  return root ? runners(root) : [];
}
