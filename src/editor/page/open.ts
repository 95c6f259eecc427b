/** The program of a scene's page: opens the scene in Motion Canvas's editor, and shows what is wrong with it. */
import {
  editorBootstrap,
  type FullSceneDescription,
  LogLevel,
  type LogPayload,
  MetaFile,
  type Player,
  type Plugin,
  type Project,
  type ProjectSettings,
  ValueDispatcher,
  type Versions,
} from '@motion-canvas/core';
import { SAVE_SETTINGS } from '../../core/motion-canvas.js';
import { followed } from '../../nodes/listening.js';
import { facesLoaded } from '../../sources/composed/page/faces.js';
import { describe } from '../../sources/composed/page/failure.js';
import { Opening } from './opening.js';
import { type Cause, Panel } from './panel.js';
import { playFilm } from './player.js';
import {
  type Events,
  type Failure,
  FOLLOWED_SOUNDS,
  type Look,
  type OpenedScene,
  QUESTIONS,
  type Question,
  type SceneModule,
} from './protocol.js';
import { sweepScene } from './sweep-scene.js';
import { keepThumbnail } from './thumbnails.js';
import { holdOnlyDragged, type SavedEvent } from './time-events.js';
import { showWholeFilm } from './timeline.js';

/** What a page uses of `import.meta.hot`. */
interface Server {
  on<Name extends keyof Events>(event: Name, listener: (data: Events[Name]) => void): void;
  send(event: string, data: unknown): void;
}

export interface Editing {
  /** The page's connection to the server. */
  server: Server;
  /** Opens Motion Canvas's editor. */
  editor: (project: Project) => void;
  /** The versions of Motion Canvas that its editor shows. */
  versions: Versions;
  /** Further plugins of the editor. */
  plugins: Plugin[];
  /** Composed scenes are drawn at 1920x1080 and 25 frames per second. */
  composed: Look;
}

/** A scene that can be played, and its film's properties. */
interface Loaded {
  description: FullSceneDescription;
  look: Look;
  /** The address of the sound that plays along with it. */
  sound?: string | undefined;
}

/** What we use of Motion Canvas's nodes: the stack of the call that created them. */
interface Made {
  creationStack?: string;
}

/** Films with a side longer than this, in pixels, are previewed at half their size, so that they fit into a window. */
const PREVIEW_SIDE = 1280;

/** Opens the page's scene, and replaces it whenever its code changes. */
export function openScene(editing: Editing): void {
  Error.stackTraceLimit = 100; // the scene's own code may be deep in the stack, below Motion Canvas's
  const opened: OpenedScene = JSON.parse(document.getElementById('scene')!.textContent!);
  const page = new ScenePage(opened, editing);
  editing.server.on('untrained:changed', ({ names, time }) => {
    if (!names.includes(opened.name)) return;
    if (opened.failure)
      location.reload(); // the HTML of the page contains the failure
    else void page.load(time);
  });
  addEventListener('error', ({ error }) => void page.explainStray(error));
  addEventListener('unhandledrejection', ({ reason }) => void page.explainStray(reason));
  if (opened.failure) page.panel.show('opening', opened.failure);
  else void page.load();
}

class ScenePage {
  readonly panel = new Panel();
  readonly #opening = new Opening();
  #project: Project | undefined;
  #player: Player | undefined;
  #description: FullSceneDescription | undefined;
  #look = '';
  #sound: string | undefined;
  /** Counts loads, so that only the newest is shown. */
  #newest = 0;
  /** Counts how often each cause has been resolved, so that no outdated failure is shown. */
  readonly #passed: Record<Cause, number> = { opening: 0, playing: 0, drawing: 0, elsewhere: 0 };

  constructor(
    readonly opened: OpenedScene,
    readonly editing: Editing,
  ) {}

  /** Imports the scene's module, which the server has changed at this time. */
  async load(time?: number): Promise<void> {
    const turn = ++this.#newest;
    this.#passed.opening++;
    followed.clear();
    try {
      const loaded = await this.#import(time);
      if (turn !== this.#newest) return;
      if (loaded) {
        await this.#show(loaded);
        this.#clear('opening', 'elsewhere');
      }
    } catch (error) {
      await this.#explain('opening', error, !(error instanceof NoScene));
    }
  }

  async #import(time: number | undefined): Promise<Loaded | undefined> {
    const { module, name } = this.opened;
    // With an origin, since Vite changes other addresses and the page has already requested this one.
    const { href } = new URL(time === undefined ? module : `${module}?t=${time}`, location.href);
    const exported: SceneModule = await import(/* @vite-ignore */ href);
    if ('failure' in exported) {
      this.#fail('opening', exported.failure);
      return undefined;
    }
    if ('sweep' in exported) {
      const { size, fps } = exported.sweep;
      const description = sweepScene(exported.sweep) as FullSceneDescription;
      const look: Look = { size, fps, background: '#000' };
      return { description: Object.assign(description, { name }), look, sound: exported.sound };
    }
    const description = exported.scene.default as FullSceneDescription | undefined;
    if (typeof description?.klass !== 'function') throw new NoScene(exported.missing);
    await facesLoaded((family) => console.warn(`The typeface "${family}" cannot be loaded.`));
    return { description: Object.assign(description, { name }), look: this.editing.composed };
  }

  async #show({ description, look, sound }: Loaded): Promise<void> {
    if (this.#project) {
      this.#takeLook(look);
      if (sound !== this.#sound) this.#player?.audio.setSource(sound ?? '');
      this.#sound = sound;
      this.#description!.onReplaced!.current = description; // the player plays it from now on
      return;
    }
    description.onReplaced = new ValueDispatcher<FullSceneDescription>(description);
    this.#description = description;
    const { name, meta: saved } = this.opened;
    const meta = new MetaFile(name, false);
    meta.loadData((saved?.data ?? { version: 0, timeEvents: [], seed: 0 }) as never);
    meta.attach(description.meta);
    if (saved) holdOnlyDragged(description, (events) => this.#save(saved.file, events));

    const { editor, versions, plugins } = this.editing;
    this.#sound = sound;
    const audio = sound && { audio: sound };
    const settings: ProjectSettings = { scenes: [description], experimentalFeatures: true, ...audio };
    const all: Plugin[] = [{ name: 'untrained:film', player: (player) => this.#watch(player) }, ...plugins];
    // Settings that are not part of the scene, such as the playback range, are not saved: there is no file for them.
    const unsaved = (of: string) => new MetaFile(of, false) as MetaFile<never>;
    const project = await editorBootstrap(name, versions, all, settings, unsaved(name), unsaved('settings'));
    this.#project = project;
    this.#takeLook(look);
    showWholeFilm(name);
    editor(project);
    requestAnimationFrame(() => this.#opening.moveToPreview());
  }

  #watch(player: Player): void {
    this.#player = player;
    // Motion Canvas catches errors of signals, logs them, and draws what it can.
    let logged: LogPayload | undefined;
    let failedFrame: number | undefined;
    this.#project?.logger.onLogged.subscribe((entry) => {
      if (entry.level === LogLevel.Error && !(entry instanceof Error)) logged ??= entry;
    });
    const explainLogged = (cause: Cause) => {
      const { message = '', stack, inspect } = logged!;
      logged = undefined;
      const error = Object.assign(new Error(message), { stack: `${stack}\n${this.#stackOf(inspect)}` });
      void this.#explain(cause, error, false);
    };
    playFilm(player, {
      onPlayed: () => {
        this.#playFollowed(player);
        this.#clear('playing', 'drawing');
        failedFrame = undefined;
        if (logged) explainLogged('playing');
      },
      onDrawn: () => {
        const { frame } = player.playback;
        if (logged) {
          failedFrame = frame;
          explainLogged('drawing');
        } else if (frame !== failedFrame) {
          failedFrame = undefined; // otherwise the frame has been drawn again, without computing its signals again
          this.#clear('drawing');
        }
        this.#opening.end();
        keepThumbnail(this.opened);
      },
      onFailed: (error, cause) => {
        logged = undefined;
        void this.#explain(cause, error, false);
      },
    });
  }

  /** Plays the sound that a composed scene follows, which is known once the scene has been played. */
  #playFollowed({ audio }: Player): void {
    const [sound, ...others] = followed.values();
    if (!sound || others.length > 0) return;
    const address = `${FOLLOWED_SOUNDS}${encodeURIComponent(sound.file)}`;
    audio.setOffset(sound.offset);
    this.#project?.meta.shared.audioOffset.set(sound.offset); // other changes of the settings apply this one again
    if (address !== this.#sound) audio.setSource(address);
    this.#sound = address;
  }

  /** The stack of the call that created a node, or nothing. */
  #stackOf(key: string | undefined): string {
    const scene = this.#player?.playback.currentScene as unknown as
      | { registeredNodes?: Map<string, Made> }
      | undefined;
    return scene?.registeredNodes?.get(key ?? '')?.creationStack ?? '';
  }

  /** Applies changes of the film's properties in the file; otherwise, what the user has set here stays. */
  #takeLook(look: Look): void {
    const text = JSON.stringify(look);
    if (text === this.#look || !this.#project) return;
    this.#look = text;
    const { size, fps, background } = look;
    const resolutionScale = Math.max(...size) > PREVIEW_SIDE ? 0.5 : 1;
    const { shared, preview, rendering } = this.#project.meta;
    shared.background.set(background);
    shared.size.set([...size]);
    preview.fps.set(fps);
    preview.resolutionScale.set(resolutionScale);
    rendering.fps.set(fps);
  }

  #save(source: string, timeEvents: SavedEvent[]): void {
    this.editing.server.send(SAVE_SETTINGS, { source, data: { timeEvents } });
  }

  /** Shows an uncaught error, if it comes from the scene's files. */
  async explainStray(error: unknown): Promise<void> {
    if (!(error instanceof Error)) return; // the browser's own messages have no position
    const failure = await this.#ask(error, { importing: false, stray: true });
    if (failure.place) this.#fail('elsewhere', failure);
  }

  async #explain(cause: Cause, error: unknown, importing: boolean): Promise<void> {
    const before = this.#passed[cause];
    const failure = await this.#ask(error, { importing, stray: false });
    if (before === this.#passed[cause]) this.#fail(cause, failure);
  }

  #clear(...causes: Cause[]): void {
    for (const cause of causes) this.#passed[cause]++;
    this.panel.clear(...causes);
  }

  #fail(cause: Cause, failure: Failure): void {
    this.panel.show(cause, failure);
    this.#opening.end();
  }

  /** Errors of our nodes begin with the node's key. The scene's own code made the node. */
  #described(error: unknown): { message: string; stack: string } {
    const { message, stack } = describe(error);
    const [, key] = /^(.+?): /.exec(message) ?? [];
    return { message, stack: `${stack}\n${this.#stackOf(key)}` };
  }

  /** The server knows the sources of the modules that it sent. */
  async #ask(error: unknown, about: Pick<Question, 'importing' | 'stray'>): Promise<Failure> {
    const { message, stack } = this.#described(error);
    const question: Question = { scene: this.opened.name, message, stack, ...about };
    try {
      const answer = await fetch(QUESTIONS, { method: 'POST', body: JSON.stringify(question) });
      return await answer.json();
    } catch {
      return { message }; // the server has been stopped
    }
  }
}

/** The scene's module can be imported, but exports no scene. */
class NoScene extends Error {}
