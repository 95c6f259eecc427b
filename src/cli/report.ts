/** What a command says while it works and when it is done: to people, to programs (--json), or nothing (--quiet). */
import { relative } from 'node:path';
import { RenderError } from '../core/errors.js';
import type { Film, Progress } from '../jobs/film.js';
import { inBytes } from '../outputs/budget.js';

export interface Reporter {
  progress(progress: Progress): void;
  /** Reports the current stage before there are frames: "loading mine.ts". */
  stage(doing: string): void;
  /**
   * Shows each message once, however often it is reported.
   * @throws RenderError instead, with --strict.
   */
  warning(message: string): void;
  /** @param places - What is to be said of the files that are for a place, by their paths. */
  done(film: Film, advice: string, places?: Map<string, string>): void;
}

/** How a command reports. */
export interface Reporting {
  json?: boolean;
  quiet?: boolean;
  strict?: boolean;
}

/** @param row - Of a batch, counted from 1: programs are told it with everything. */
export function reporter({ json, quiet, strict }: Reporting, row?: number): Reporter {
  const told = new Set<string>();
  const report = json ? jsonReporter(row, told) : quiet ? silent : peopleReporter();
  return {
    ...report,
    warning(message) {
      if (strict) throw new RenderError(`${message} (With --strict, warnings are errors.)`);
      if (!told.has(message)) report.warning(message);
      told.add(message);
    },
  };
}

const silent: Reporter = { stage() {}, progress() {}, warning() {}, done() {} };

/** One JSON object a line on stdout, distinguished by `type`. @param warnings - All warnings so far. */
function jsonReporter(row: number | undefined, warnings: Set<string>): Reporter {
  const print = (type: string, data: object) =>
    printJson(type, { ...(row !== undefined && { row }), ...data });
  return {
    progress: (progress) => print('progress', progress),
    stage: (doing) => print('stage', { doing }),
    warning: (message) => print('warning', { message }),
    done(film, _, places) {
      const files = film.files.map((file) => ({ ...file, place: places?.get(file.path) }));
      print('result', { ...film, files, ...(warnings.size > 0 && { warnings: [...warnings] }) });
    },
  };
}

export function printJson(type: string, data: object): void {
  write(process.stdout, `${escaped(JSON.stringify({ type, ...data }))}\n`);
}

/** Writes progress. The work does not fail if nobody can read it any more. */
function write(stream: NodeJS.WriteStream, text: string): void {
  try {
    stream.write(text);
  } catch {} // a file's stream throws at once where the disk is full; other streams emit an error, see start.ts
}

/** What a terminal may take as a command or as the end of a line, and what shows nothing or turns the writing about. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** A text from somebody's file, for people: on one line, and nothing in it but what one sees. */
export const printable = (text: string) => text.replace(UNSEEN, '?');

/** A message with line breaks or invisible characters, as one line that shows all of it. */
export const inSight = (message: string) => printable(message.trim().replace(/\s*[\r\n]\s*/g, ' '));

/** JSON that says the same without them; ends of lines stay. */
export const escaped = (json: string) =>
  json.replace(UNSEEN, (character) =>
    character === '\n'
      ? character
      : character.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );

/** A bar that redraws itself on a terminal, a line every few seconds elsewhere. */
function peopleReporter(): Reporter {
  const { stderr } = process;
  let last = 0;
  let staged = Number.NEGATIVE_INFINITY;
  return {
    stage(doing) {
      const now = performance.now();
      if (now - staged < (stderr.isTTY ? 100 : 5000)) return;
      staged = now;
      write(stderr, stderr.isTTY ? `\r${doing}\x1b[K\r` : `${doing}\n`); // the next line goes over it
    },
    progress(progress) {
      const now = performance.now();
      const over = progress.frame === progress.frames;
      if (!over && now - last < (stderr.isTTY ? 100 : 5000)) return;
      last = now;
      const line = progressLine(progress, stderr.isTTY ? 30 : 0);
      write(stderr, stderr.isTTY ? `\r${line}\x1b[K${over ? '\n' : ''}` : `${line}\n`);
    },
    warning: (message) => write(stderr, `Warning: ${message}\n`),
    done({ files, frames, drawn, seconds, renderer }, advice, places) {
      for (const { path, bytes, chose } of files) {
        const more = [chose && `(${chose})`, places?.get(path)].filter(Boolean);
        console.log([relative('.', path) || path, inBytes(bytes), ...more].join('  '));
      }
      const kept = drawn < frames ? `, ${frames - drawn} of them drawn before` : '';
      const pace = frames > 1 ? `${frames} frames in ${duration(seconds)}${kept} (${renderer})` : renderer;
      console.log(`${pace}. ${advice}`.trim());
    },
  };
}

/** For example "█████░░░░░ 100/200 frames  5.1 fps  20 s left". */
function progressLine({ frame, frames, fps, secondsLeft }: Progress, width: number): string {
  const full = Math.round((width * frame) / frames);
  const bar = width > 0 ? `${'█'.repeat(full)}${'░'.repeat(width - full)} ` : '';
  const left = frame === frames ? 'finishing' : `${duration(secondsLeft)} left`;
  return `${bar}${frame}/${frames} frames  ${fps.toFixed(1)} fps  ${left}`;
}

export function duration(seconds: number): string {
  if (seconds < 90) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
