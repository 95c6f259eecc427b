/** Several pages of one browser that draw the same scenes. The session ends when any of them fails. */

import { basename, dirname } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import type { Browser } from '../../browser/browser.js';
import type { OpenBrowser } from '../../browser/browsers.js';
import { digestOfFonts } from '../../browser/fonts.js';
import type { Running } from '../../browser/launch.js';
import { openPage } from '../../browser/page.js';
import { RefusedError, RenderError, TransientError } from '../../core/errors.js';
import type { HeardSounds } from '../../core/sound/heard.js';
import { type Ffmpeg, findFfmpeg, SegmentCache } from '../../outputs/index.js';
import type { Soundtrack } from '../../sound/soundtrack.js';
import { DEFAULT_TIMEOUT, ownWork, Patience, StalledError, within } from '../../system/patience.js';
import { codeDigest } from '../../system/version.js';
import { type Bundle, type BundleDigests, digestsOf, mayNameHosts, namesHost } from './bundle.js';
import { failureMessage, Places, warningMessage } from './failure.js';
import { HangWatch } from './hang.js';
import { type HostOptions, Hosts } from './hosts.js';
import { guardPage } from './page/guard.js';
import type {
  Failure,
  FilmInfo,
  FilmSettings,
  FilmSound,
  Message,
  PageApi,
  TextTrouble,
  Warning,
} from './page/protocol.js';
import { type PageServer, startServer, type TakeFrames } from './server.js';
import { soundtrackOf } from './sound.js';
import type { Studio } from './studio.js';
import { lostAddress, lostFace } from './styles.js';
import type { Target } from './target.js';
import { TextWarnings } from './text-warnings.js';

export interface SessionOptions extends HostOptions {
  /** The digest that the scene's bundle must have: see BundleDigests.scene. Nothing of another scene is run. */
  expected?: string;
  /** What was heard in the sounds that the scenes follow, where the film was planned. */
  heard?: HeardSounds | undefined;
  /** Provides the ffmpeg that decodes sounds. By default it is found. */
  ffmpeg?: (() => Promise<Ffmpeg>) | undefined;
  /** The browser's path. By default one is searched for. */
  browser?: string;
  /** The number of pages that share the film. */
  concurrency?: number;
  /** The time without a frame after which scenes count as hanging, in seconds. Defaults to 60. */
  timeout?: number;
  /** Called once for each warning from the pages. If it throws, the session ends. */
  onWarning?: (text: string) => void;
  /** Whether the work was interrupted when the session closes. */
  signal?: AbortSignal;
}

/** In the page, for functions that run there. */
declare const window: { readonly untrained: PageApi };

const LEFT = 'The scene left its page or reloaded it, which ends the film: check its uses of location.';

/** How long pages may take to close, in seconds. */
const CLOSE_SECONDS = 3;

/** The time that the reason for a page's end may take to arrive, in milliseconds. */
const LEFT_MS = 300;

/** The time that hanging pages have to report where they hang, in seconds. A suspended one never does. */
const WHERE_SECONDS = 2;

/** The number of frames fingerprinted per call, so that a long film does not count as hanging. */
const FINGERPRINTS_AT_ONCE = 25;

export class Session {
  /** A digest of everything that the pages load. */
  code!: string;
  /** The same without the scenes' own code, whose effect on a frame is in the frame's fingerprint. */
  surroundings!: string;
  /** Rejects when any page fails. */
  private readonly failed: Promise<never>;
  private fail!: (error: Error) => void;
  private closing: Promise<void> | undefined;
  /** The scene that each page plays. */
  private readonly playing = new Map<Page, string>();
  private readonly warned = new Set<string>();
  private readonly texts = new TextWarnings();
  private readonly watches: HangWatch[] = [];
  private readonly patience: Patience;
  private readonly places: Places;
  private pages: Page[] = [];
  private readonly contexts: BrowserContext[] = [];

  private readonly running: Running;
  private readonly browser: Browser;

  private constructor(
    private readonly studio: Studio,
    private readonly opened: OpenBrowser,
    private readonly server: PageServer,
    private readonly target: Target,
    private readonly bundle: Bundle,
    /** Digests of the bundle. */
    readonly digests: BundleDigests,
    /** A digest of the fonts that the browser may use. */
    readonly fonts: string,
    readonly hosts: Hosts,
    private readonly options: SessionOptions,
  ) {
    const { running, browser } = opened;
    this.running = running;
    this.browser = browser;
    this.places = new Places(bundle.files);
    const { timeout = DEFAULT_TIMEOUT } = options;
    this.patience = new Patience(timeout, () => this.reportHang(timeout));
    this.count(digests);
    this.failed = new Promise((_, reject) => {
      this.fail = reject;
    });
    this.failed.catch(() => {}); // reported by whatever is awaited through patiently()
    running.process.on('disconnected', this.onExit);
  }

  /** Determines what the keys of segments depend on. */
  private count(digests: BundleDigests): void {
    const { graphics } = this.running;
    const letters = [hasOwnFonts(this.browser), this.fonts]; // everything that determines how text looks
    this.code = SegmentCache.keyOf([digests.all, codeDigest(), letters, graphics]);
    this.surroundings = SegmentCache.keyOf([
      digests.surroundings,
      codeDigest(),
      this.browserVersion,
      letters,
      graphics,
    ]);
  }

  private readonly onExit = () => this.fail(new TransientError('The browser exited: run the command again.'));

  /** Bundles the scenes while the browser starts. */
  static async start(
    studio: Studio,
    target: Target,
    take: TakeFrames,
    options: SessionOptions,
  ): Promise<Session> {
    const { timeout = DEFAULT_TIMEOUT } = options;
    const starting = studio.browsers.start(options.browser, timeout);
    starting.catch(() => {}); // awaited below
    const fonts = digestOfFonts();
    let session: Session | undefined;
    // esbuild is another program.
    const stalled = `Bundling ${target.path} has made no progress for ${timeout} s: run the command again.`;
    const { ffmpeg = findFfmpeg, heard: planned } = options;
    const bundling = studio.bundle(target, { ffmpeg, planned });
    const bundled = await within(timeout, bundling, stalled, ownWork());
    const digests = await digestsOf(bundled);
    if (options.expected !== undefined && options.expected !== digests.scene) throw otherScene(target);
    const opened = await starting;
    const hosts = new Hosts(dirname(target.path), options);
    const refused = (address: string) => session?.refuse(address);
    const server = await startServer(bundled, take, { refused, hosts: hosts.names });
    session = new Session(studio, opened, server, target, bundled, digests, await fonts, hosts, options);
    return session;
  }

  /** Opens the pages, and plays the scenes once in each to find their lengths. */
  async open(settings: FilmSettings): Promise<FilmInfo> {
    const count = this.options.concurrency ?? 1;
    // Each page has its own browser context and so its own connections: otherwise frames that wait their turn could use
    // up all connections, and the frame that is needed next could not be sent.
    const open = () => this.openPage();
    this.pages = await this.patiently(Promise.all(Array.from({ length: count }, open)));
    const infos = this.pages.map((page, number) =>
      this.openFilm(page, number, { ...settings, listen: settings.listen === true && number === 0 }),
    );
    const [info] = await this.patiently(Promise.all(infos));
    // A project that reads its music may draw it.
    if ([...this.bundle.music].some((name) => this.server.requested.has(name)))
      this.count(await digestsOf(this.bundle, true));
    return info;
  }

  private async openPage(): Promise<Page> {
    const page = await openPage(this.running.process, this.browser, this.server.origin);
    this.contexts.push(page.context());
    if (this.closing) await page.context().close(); // closed while it opened
    await this.hosts.serve(page, (url, error) => this.unanswered(page, url, error));
    return page;
  }

  /** Ends the film because of a request to a host, and names the node that made it. */
  private async unanswered(page: Page, url: string, error: Error): Promise<void> {
    const { message } = error;
    const maker = page.evaluate((url) => window.untrained?.makerOf(url), url).catch(() => undefined);
    const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 1000));
    const stack = (await Promise.race([maker, late])) ?? '';
    const described = failureMessage({ message, stack }, this.playing.get(page), this.places);
    const kind = [RefusedError, TransientError].find((kind) => error instanceof kind);
    this.fail(kind ? new kind(described.message, { cause: error }) : described);
  }

  /** Whether the scenes may request something from a host. */
  mayAsk(variables: Record<string, unknown>): boolean {
    const { allowHosts = [], answers = {} } = this.options;
    if (allowHosts.length > 0 || Object.keys(answers).length > 0 || this.hosts.given.size > 0) return true;
    return mayNameHosts(this.bundle) || namesHost(JSON.stringify(variables));
  }

  /** What the scenes have heard in the sounds that they follow, if they follow any. */
  get heard(): HeardSounds | undefined {
    const { sounds } = this.bundle.heard;
    return Object.keys(sounds).length > 0 ? sounds : undefined;
  }

  /** Fingerprints every `step`th frame in a separate page that records canvas calls without painting. */
  async fingerprints(
    settings: FilmSettings,
    first: number,
    last: number,
    step: number,
  ): Promise<(string | undefined)[]> {
    const page = await this.openPage();
    await this.patiently(
      this.openFilm(page, this.pages.length, { ...settings, follow: true, listen: false }),
    );
    const found: (string | undefined)[] = [];
    for (let from = first; from <= last; from += step * FINGERPRINTS_AT_ONCE) {
      const range = [from, Math.min(last, from + step * (FINGERPRINTS_AT_ONCE - 1)), step] as const;
      const work = page.evaluate((args) => window.untrained.fingerprints(...args), range);
      found.push(...(await this.patiently(work.then((result) => this.result(page, result)))));
    }
    await this.patiently(page.context().close());
    return found;
  }

  /**
   * The film's sound, which may be in files that exist for as long as the studio.
   * @throws UsageError if the project's audio does not exist.
   */
  soundtrack(
    sound: FilmSound,
    hasSound: (path: string) => Promise<boolean>,
  ): Promise<Soundtrack | undefined> {
    const { url, origin } = this.server;
    return soundtrackOf(sound, this.target, {
      url,
      origin,
      bundle: this.bundle,
      hosts: this.hosts,
      keep: (content, ending) => this.studio.keep(content, ending),
      hasSound,
      onWarning: (text) => this.say(text),
    });
  }

  private async openFilm(page: Page, number: number, settings: FilmSettings): Promise<FilmInfo> {
    page.on('pageerror', ({ message, stack = '' }) => this.report(page, { message, stack }));
    page.on('crash', () =>
      this.fail(new TransientError('The page ran out of memory: make it smaller with --size.')),
    );
    await page.exposeBinding('untrainedTell', (_, message: Message) => this.hear(page, message));
    await page.addInitScript(guardPage);
    page.on('dialog', (dialog) => void dialog.dismiss().catch(() => {}));
    await page.goto(this.server.url, { timeout: 0 }); // patiently() limits the time
    // Catches what the guard in the page cannot, such as document.open().
    page.on('domcontentloaded', () => this.report(page, { message: LEFT, stack: '' }));
    // If a module throws while loading, the page's program does not start; the 'pageerror' event reports the error.
    if (!(await page.evaluate(() => 'untrained' in window))) return new Promise<never>(() => {});
    const watch = await HangWatch.of(page);
    this.watches[number] = watch;
    const info = await this.result(page, await page.evaluate((all) => window.untrained.open(all), settings));
    await watch.relax();
    return info;
  }

  /** Has the pages draw every `step`th frame, in round-robin order. Resolves when all frames have been sent. */
  async draw(first: number, last: number, step: number): Promise<void> {
    const count = this.pages.length;
    const draws = this.pages.map(async (page, number) =>
      this.result(
        page,
        await page.evaluate((args) => window.untrained.draw(...args), [
          first,
          last,
          step,
          number,
          count,
        ] as const),
      ),
    );
    draws.forEach((draw) => {
      this.explained(draw).catch((error) => this.fail(error));
    });
    await Promise.all(draws);
  }

  /** Explains what happened when the browser only reports that a page is gone. */
  private async explained<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (!/context was destroyed|has been closed|Cannot find context/i.test(String(error))) throw error;
      setTimeout(() => this.fail(new RenderError(LEFT)), LEFT_MS); // unless the cause has been reported by then
      return new Promise<never>(() => {});
    }
  }

  /** Waits for work in a page. Rejects when any page fails or makes no progress within the timeout. */
  async patiently<T>(work: Promise<T>): Promise<T> {
    this.patience.sign();
    const done = this.patience.wait();
    try {
      return await Promise.race([this.explained(work), this.failed]);
    } finally {
      done();
      work.catch(() => {}); // only the first failure is reported
    }
  }

  /** The time spent so far in milliseconds, summed over all pages. */
  async times(): Promise<{ draw: number; read: number; send: number }> {
    const times = await Promise.all(this.pages.map((page) => page.evaluate(() => window.untrained.times)));
    const sum = (part: 'draw' | 'read' | 'send') => times.reduce((all, one) => all + one[part], 0);
    return { draw: sum('draw'), read: sum('read'), send: sum('send') };
  }

  get browserVersion(): string {
    return this.running.process.version();
  }

  /** The browser's build, and whose it is if it has fonts of its own. */
  get browserBuild(): string {
    return `Chromium ${this.browserVersion}${hasOwnFonts(this.browser) ? ' of @sparticuz/chromium' : ''}`;
  }

  /** What draws WebGL and WebGPU in pages: a GPU, or software. */
  get graphics(): string {
    return this.running.graphics;
  }

  /** Closes the pages and the server; the browser stays for the next session. Pending work rejects. */
  close(): Promise<void> {
    this.fail(new RenderError('The render was stopped.'));
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    this.running.process.off('disconnected', this.onExit);
    if (this.options.signal?.aborted) {
      await this.studio.browsers.end(this.opened); // pages may be busy, and there is no next film
    } else {
      const contexts = Promise.all(this.contexts.map((context) => context.close()));
      contexts.catch(() => {});
      // Pages that are busy for ever, or a browser that does not respond, would block the next film.
      await within(CLOSE_SECONDS, contexts, 'The pages do not close.').catch(() =>
        this.studio.browsers.end(this.opened),
      );
    }
    await this.server.close();
  }

  private hear(page: Page, message: Message): void {
    this.patience.sign();
    if (message.type === 'scene') this.playing.set(page, message.name);
    if (message.type === 'failure') this.report(page, message.failure);
    if (message.type === 'warning') this.warn(page, message.warning);
    if (message.type === 'text') this.warnOfText(page, message.trouble);
    if (message.type === 'face') this.say(lostFace(message.family, this.bundle.styleSources));
    if (message.type === 'style') this.say(lostAddress(message.address, this.bundle.styleSources));
  }

  /** Reports a warning. Ignores one that Motion Canvas logs for every space in a formula. */
  private warn(page: Page, warning: Warning): void {
    if (warning.message.startsWith('blank path data')) return;
    this.say(warningMessage(warning, this.playing.get(page), this.places));
  }

  private warnOfText(page: Page, trouble: TextTrouble): void {
    const scene = this.playing.get(page);
    const place = this.places.inStack(trouble.stack) ?? (scene ? `scene "${scene}"` : 'the scene');
    for (const text of this.texts.about(trouble, place)) this.say(text);
  }

  /** Reports the remaining missing characters. Call it after the last frame. */
  settle(): void {
    for (const text of this.texts.rest()) this.say(text);
  }

  private say(text: string): void {
    if (this.warned.has(text)) return;
    this.warned.add(text);
    try {
      this.options.onWarning?.(text);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  /** A page's result. For a failure, never resolves: the session fails, and patiently() rejects. */
  private result<T>(page: Page, value: T | Failure): T | Promise<never> {
    if (!(value && typeof value === 'object' && 'stack' in value)) return value as T;
    this.report(page, value);
    return new Promise(() => {});
  }

  /** Waits briefly unless the failure names a blocked request: that report arrives a little later, and says more. */
  private report(page: Page, failure: Failure): void {
    setTimeout(() => this.fail(this.error(page, failure)), failure.blocked ? 0 : 50);
  }

  private error(page: Page, failure: Failure): Error {
    const missing = this.server.missing();
    const message = missing ? `${failure.message} (there is no ${missing})` : failure.message;
    return failureMessage({ ...failure, message }, this.playing.get(page), this.places);
  }

  /** A request that reaches the proxy has bypassed the page's policy, which would have reported where it came from. */
  private refuse(address: string): void {
    const [scene] = this.playing.values();
    this.fail(failureMessage({ message: '', stack: '', blocked: address }, scene, this.places));
  }

  private async reportHang(timeout: number): Promise<void> {
    if (!(await this.running.answers())) {
      const { pid } = this.running;
      this.fail(
        new StalledError(
          `The browser${pid === undefined ? '' : ` (process ${pid})`} has not responded for ${timeout} s and was ` +
            'killed: it was suspended, or the machine is too busy. Run the command again, or allow more time with ' +
            '--timeout.',
        ),
      );
      return;
    }
    const asked = this.watches.map((watch) => watch?.where(this.places));
    const places = await within(WHERE_SECONDS, Promise.all(asked), '').catch(() => []);
    const at = Math.max(0, places.findIndex(Boolean));
    const scene = this.playing.get(this.pages[at]);
    const where = [places[at], scene && `scene "${scene}"`].filter(Boolean).join(', ');
    this.fail(
      new RenderError(
        `${where || 'The page'}: no progress for ${timeout} s: is there a promise that never settles, or an endless ` +
          'loop? If the scene is only slow, allow more time with --timeout.',
      ),
    );
  }
}

/** The browser from npm brings fonts, others use the system's only. */
const hasOwnFonts = ({ source }: Browser): boolean => source === '@sparticuz/chromium';

/** The error for a scene that is not the one that was planned. */
function otherScene({ path }: Target): RefusedError {
  return new RefusedError(
    `The scene ${basename(path)} is not the one that was planned: it, or a file or package that it uses, differs ` +
      'here. Copy the scene and its files from the machine that planned the film, or plan it again.',
  );
}
