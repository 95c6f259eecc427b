/** What a command prints during and after its work: for people, for programs (--json), or nothing. */
import { relative } from 'node:path';
import { RenderError } from '../core/errors.js';
import { inSight, printable, UNSEEN } from '../core/wording/printable.js';
import type { Exporter } from '../exporters/index.js';
import type { Film, Progress } from '../jobs/film.js';
import { inBytes } from '../outputs/budget.js';
import { hardwareEncoders } from '../outputs/formats/hardware.js';

export interface Reporter {
  progress(progress: Progress): void;
  /** Reports the current stage while there are no frames yet: "loading mine.ts". */
  stage(doing: string): void;
  /** Says something before the work begins. */
  note(message: string): void;
  /**
   * Prints each message once, however often it is reported.
   * @throws RenderError instead, with --strict.
   */
  warning(message: string): void;
  /** @param notes - Notes on the files made for a platform, by path: how far below its limits each is. */
  done(film: Film, advice: string, notes?: Map<string, string>): void;
  /** @param seconds - How long the export took. */
  exported(exporter: Exporter, files: Film['files'], seconds: number): void;
}

/** How a command reports. */
export interface Reporting {
  json?: boolean;
  quiet?: boolean;
  strict?: boolean;
}

/** @param row - The row of a batch, counted from 1. Every line for programs includes it. */
export function reporter({ json, quiet, strict }: Reporting, row?: number): Reporter {
  const reported = new Set<string>();
  const report = json ? jsonReporter(row, reported) : quiet ? silent : peopleReporter();
  return {
    ...report,
    warning(message) {
      if (strict) throw new RenderError(`${message} (With --strict, warnings are errors.)`);
      if (!reported.has(message)) report.warning(message);
      reported.add(message);
    },
  };
}

/** Leaves out the advice after a film. */
export const withoutAdvice = (report: Reporter): Reporter => ({
  ...report,
  done: (film, _, notes) => report.done(film, '', notes),
});

const silent: Reporter = { stage() {}, note() {}, progress() {}, warning() {}, done() {}, exported() {} };

/** Prints one JSON object per line on stdout, distinguished by `type`. @param warnings - All warnings so far. */
function jsonReporter(row: number | undefined, warnings: Set<string>): Reporter {
  const print = (type: string, data: object) =>
    printJson(type, { ...(row !== undefined && { row }), ...data });
  return {
    progress: (progress) => print('progress', progress),
    stage: (doing) => print('stage', { doing }),
    note: (message) => print('note', { message }),
    warning: (message) => print('warning', { message }),
    done(film, _, notes) {
      const files = film.files.map((file) => ({ ...file, place: notes?.get(file.path) }));
      print('result', { ...film, files, ...(warnings.size > 0 && { warnings: [...warnings] }) });
    },
    exported: ({ name: to }, files, seconds) =>
      print('result', { to, files, seconds, ...(warnings.size > 0 && { warnings: [...warnings] }) }),
  };
}

export function printJson(type: string, data: object): void {
  write(process.stdout, `${escaped(JSON.stringify({ type, ...data }))}\n`);
}

/** Writes without failing: a render continues even if its progress can no longer be read. */
function write(stream: NodeJS.WriteStream, text: string): void {
  try {
    stream.write(text);
  } catch {} // a file's stream throws at once if the disk is full; other streams emit an error: see start.ts
}

/** Escapes unprintable characters in JSON without changing its meaning. Line breaks between tokens stay. */
export const escaped = (json: string) =>
  json.replace(UNSEEN, (character) =>
    character === '\n'
      ? character
      : character.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );

/** Draws a progress bar on a terminal; elsewhere prints a line every few seconds. */
function peopleReporter(): Reporter {
  const { stderr } = process;
  let last = 0;
  let staged = Number.NEGATIVE_INFINITY;
  return {
    stage(doing) {
      const now = performance.now();
      if (now - staged < (stderr.isTTY ? 100 : 5000)) return;
      staged = now;
      const text = printable(doing);
      write(stderr, stderr.isTTY ? `\r${text}\x1b[K\r` : `${text}\n`); // the next line overwrites it
    },
    progress(progress) {
      const now = performance.now();
      const over = progress.frame === progress.frames;
      if (!over && now - last < (stderr.isTTY ? 100 : 5000)) return;
      last = now;
      const line = progressLine(progress, stderr.isTTY ? 30 : 0);
      write(stderr, stderr.isTTY ? `\r${line}\x1b[K${over ? '\n' : ''}` : `${line}\n`);
    },
    note: (message) => write(stderr, `${inSight(message)}\n`),
    warning: (message) => write(stderr, `Warning: ${inSight(message)}\n`),
    done({ files, frames, drawn, seconds, renderer }, advice, notes) {
      for (const { path, bytes, chose, encoder } of files) {
        const how = [encoder && hardwareEncoders[encoder].title, chose].filter(Boolean).join(', ');
        const more = [how && `(${how})`, notes?.get(path)].filter(Boolean);
        console.log(printable([relative('.', path) || path, inBytes(bytes), ...more].join('  ')));
      }
      const cached = drawn < frames ? `, ${frames - drawn} of them from the cache` : '';
      const pace = frames > 1 ? `${frames} frames in ${duration(seconds)}${cached} (${renderer})` : renderer;
      console.log(`${pace}. ${advice}`.trim());
    },
    exported({ title }, files, seconds) {
      for (const { path, bytes } of files) console.log(`${relative('.', path) || path}  ${inBytes(bytes)}`);
      console.log(`${title} in ${duration(seconds)}.`);
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
