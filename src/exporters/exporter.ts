/** What an exporter is: it writes a sweep, or one moment of it, in a form that other programs can use. */

import type { FrameDescription } from '../core/frame/description.js';
import type { Evaluate } from '../core/frame/evaluate.js';
import type { Sweep } from '../core/sweep/sweep.js';

/** What is exported. */
export interface Exported {
  /** The name of the files, without an ending. */
  name: string;
  /** Checked. */
  sweep: Sweep;
  /** The time of a single moment, in seconds; undefined for all of the sweep. */
  at?: number | undefined;
}

/** What exporters need of the place where they run: Node, or a page. */
export interface ExportTools {
  /** With the same bits on every machine. */
  evaluate: Evaluate;
  /** Draws a frame: RGBA8, top row first. */
  draw(frame: FrameDescription): Promise<Uint8Array>;
  /** Compresses bytes in the zlib format. */
  deflate(bytes: Uint8Array): Promise<Uint8Array>;
  /**
   * The program of the page that an HTML file contains, as a classic script that unpacks it: build/player.js writes it
   * beside the page of the explorer, which also exports.
   */
  player(): Promise<string>;
  /** The address of an explorer, for links in pages: https://example.org/explorer/. Undefined if none is known. */
  explorer?: string | undefined;
  /** Says in one sentence what in a file is not as the sweep says. */
  note?(sentence: string): void;
  /** The version of Untrained. */
  version: string;
}

/** A file that an exporter wrote. */
export interface ExportedFile {
  /** What follows the name: ".glsl", ".buffer-a.glsl". */
  ending: string;
  content: string | Uint8Array;
}

/** Writes one export format. */
export interface Writer {
  /**
   * Writes the files, the first of which has the exporter's ending. If the exporter does not move, `at` is given.
   * @throws UsageError that names the parameter, if it cannot be exported.
   */
  write(exported: Exported, tools: ExportTools): Promise<ExportedFile[]>;
}

/** One export format, as the table lists it. */
export interface Exporter extends Writer {
  /** Its name on the command line. */
  name: string;
  /** What people call it: "Shadertoy". */
  title: string;
  /** The ending of its first file, with the dot. */
  ending: `.${string}`;
  /** What it writes, in one sentence without a full stop, for help and documentation. */
  sentence: string;
  /** Whether it can contain the whole sweep; otherwise it contains one moment. */
  moves: boolean;
}
