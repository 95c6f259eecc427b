/** What a film's bytes depend on besides its description: recorded by the planner, compared on every machine. */
import { RefusedError } from '../core/errors.js';
import { ENCODER_THREADS, type Ffmpeg } from '../outputs/index.js';
import type { FrameSource } from '../sources/source.js';
import { VERSION } from '../system/package.js';
import { drawingVersions } from '../system/packages.js';
import { engine, ownCodeDigest } from '../system/version.js';

/** Everything that the bytes of a film depend on besides its description. */
export interface Pins {
  /** The version of this package. */
  version: string;
  /** A digest of our own code that determines pixels and bytes. */
  code: string;
  /** The JavaScript engine and its zlib, the kind of processor, and, for messages, the version of Node. */
  engine: { v8: string; zlib: string; arch: string; node: string };
  /** The packages that determine pixels: "seedrandom@3.0.5". */
  packages: string[];
  /** What draws: "cpu", "gpu" or "browser". */
  backend: string;
  /** The arithmetic that determines the last bits: "float32, fused multiply-add". */
  arithmetic: string;
  /** The build of the browser, if one draws: "Chromium 147.0.7727.24". */
  browser?: string | undefined;
  /** A digest of the fonts that it may use. */
  fonts?: string | undefined;
  /** The version of ffmpeg, if it is needed. */
  ffmpeg?: string | undefined;
  /** Threads of each encoder, independent of the machine. */
  encoderThreads: number;
}

/** The pins that are known before anything is opened. */
type PlainPins = Omit<Pins, 'backend' | 'arithmetic' | 'browser' | 'fonts'>;

export function plainPins(ffmpeg: Ffmpeg | undefined): PlainPins {
  return {
    version: VERSION,
    code: ownCodeDigest(),
    engine: engine(),
    packages: drawingVersions(),
    ffmpeg: ffmpeg?.version,
    encoderThreads: ENCODER_THREADS,
  };
}

/** All pins on this machine, for a source of frames. */
export function pinsOf(source: FrameSource, ffmpeg: Ffmpeg | undefined): Pins {
  const { arithmetic, browser, fonts } = source;
  const backend = browser === undefined ? source.backend : 'browser';
  return { ...plainPins(ffmpeg), backend, arithmetic, browser, fonts };
}

/** A pin that differs: what was planned, what is here, and what to do about it. */
interface Difference {
  planned: string;
  here: string;
  next: string;
}

/**
 * Compares pins with those of this machine.
 * @throws RefusedError that lists all differences, each with both values and the next step.
 */
export function checkPins(planned: Pins, here: PlainPins | Pins): void {
  const differences = differencesOf(planned, here);
  if (differences.length === 0) return;
  const what = differences.map(({ planned, here }) => `with ${planned}, but this machine has ${here}`);
  const next = [...new Set(differences.map(({ next }) => next))];
  throw new RefusedError(
    `The film was planned ${what.join('; ')}: ${next.join(', ')}, or plan it again here.`,
  );
}

function differencesOf(planned: Pins, here: PlainPins | Pins): Difference[] {
  const found: Difference[] = [];
  const compare = (
    name: keyof Pins,
    words: (value: string) => string,
    next: (value: string) => string,
  ): void => {
    const [there, own] = [planned[name], (here as Pins)[name]];
    if (!(name in here) || there === own) return;
    const shown = (value: unknown) => (value === undefined ? `no ${name}` : words(String(value)));
    found.push({ planned: shown(there), here: shown(own), next: next(String(there ?? own)) });
  };
  compare(
    'version',
    (version) => `Untrained ${version}`,
    (version) => `install untrained@${version}`,
  );
  // Another version has other code, and often other packages.
  if (planned.version === here.version) {
    compare(
      'code',
      (code) => `Untrained built from code ${code.slice(0, 8)}`,
      () => 'install the same build of Untrained',
    );
    found.push(...packageDifferences(planned.packages, here.packages));
  }
  found.push(...engineDifferences(planned.engine, here.engine));
  compare(
    'backend',
    (backend) => `backend ${backend}`,
    () => 'use a machine that has it',
  );
  if (!('backend' in here) || planned.backend === here.backend) {
    compare(
      'arithmetic',
      (name) => `arithmetic "${name}"`,
      () => 'use a machine of the same kind',
    );
  }
  compare(
    'browser',
    (browser) => browser,
    (browser) => `install ${browser} or pass it with --browser`,
  );
  compare(
    'fonts',
    (fonts) => `the set of fonts ${fonts.slice(0, 8)}`,
    () => 'install the same fonts',
  );
  compare(
    'ffmpeg',
    (version) => `ffmpeg ${version}`,
    (version) => `install ffmpeg ${version} or pass it with --ffmpeg`,
  );
  compare(
    'encoderThreads',
    (threads) => `${threads} threads for each encoder`,
    () => 'install the same version of Untrained',
  );
  return found;
}

/** The most packages that a message names. */
const MOST_PACKAGES = 5;

function packageDifferences(planned: readonly string[], here: readonly string[]): Difference[] {
  const onlyIn = (list: readonly string[], other: readonly string[]) =>
    list.filter((one) => !other.includes(one));
  const [lacking, extra] = [onlyIn(planned, here), onlyIn(here, planned)];
  if (lacking.length === 0 && extra.length === 0) return [];
  const shown = (list: string[]) => {
    const more = list.length - MOST_PACKAGES;
    const some = list.slice(0, MOST_PACKAGES).join(', ') || 'none of these packages';
    return more > 0 ? `${some} and ${more} more` : some;
  };
  return [{ planned: shown(lacking), here: shown(extra), next: 'install the same packages (npm ci)' }];
}

/** Versions of engines are shortened to two numbers if these differ. */
function engineDifferences(planned: Pins['engine'], here: Pins['engine']): Difference[] {
  const found: Difference[] = [];
  const short = (version: string) => version.split('.').slice(0, 2).join('.');
  for (const [name, title] of [['v8', 'V8'] as const, ['zlib', 'zlib'] as const]) {
    if (planned[name] === here[name]) continue;
    const differ = short(planned[name]) !== short(here[name]);
    const shown = (engine: Pins['engine']) =>
      `${title} ${differ ? short(engine[name]) : engine[name]} (Node ${engine.node})`;
    found.push({ planned: shown(planned), here: shown(here), next: `use Node ${planned.node}` });
  }
  if (planned.arch !== here.arch) {
    const [there, own] = [planned, here].map(({ arch }) => `an ${arch} processor`);
    found.push({ planned: there, here: own, next: 'use a machine of that kind' });
  }
  return found;
}
