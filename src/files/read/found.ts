/** The interface of all formats' readers. */

import { MOST_NOTE_BYTES } from '../../core/recipe/note.js';
import type { Bytes } from '../bytes.js';

/** Reads files of one kind. Nothing is decoded. */
export interface Reader {
  /** Whether a file is of this kind, given its first 64 bytes (or all, if it has fewer) as Latin-1 text. The first
   *  reader in the table of formats that returns true reads the file. */
  begins(head: string): boolean;
  /**
   * @param only - With 'note', the reader may skip what it does not need to find the note, and the rest of the result
   * may be wrong.
   * @throws Malformed for a damaged file.
   */
  read(bytes: Bytes, only?: 'note'): Found;
  /**
   * When a film shows its pictures; undefined for a still.
   * @throws Malformed for a damaged file.
   */
  times?(bytes: Bytes): Times | undefined;
}

/** When a film shows its pictures, as its file says. */
export interface Times {
  /** Ticks per second. */
  ticks: number;
  /** Whether the file's ticks are chosen so that every frame lasts a whole number of them. */
  exact: boolean;
  /** The beginning of each picture, in ticks. */
  starts: number[];
  /** The end of the last, in ticks. */
  end: number;
  /** The duration of a frame in nanoseconds, rounded, if the file states it. */
  frame?: number;
}

/** The times of pictures that are shown one after another. @param durations - In ticks. */
export function timesFrom(durations: readonly number[], ticks: number): Times {
  let end = 0;
  const starts = durations.map((duration) => {
    const start = end;
    end += duration;
    return start;
  });
  return { ticks, exact: false, starts, end };
}

/** What a reader finds in a file. */
export interface Found {
  /** In pixels. */
  width: number;
  height: number;
  frames: number;
  /** The duration of one loop, in seconds. 0 for a still. */
  seconds: number;
  /** The format's name of the codec: "avc1", "V_VP9". */
  codec?: string;
  /** The first track of sound, if there is one. */
  audio?: AudioTrack;
  /** Whether an edit list says from when on a track is shown or heard, in MP4 and MOV. */
  editLists?: boolean;
  /** The text in its metadata. */
  note?: string;
}

/** A track of sound. */
export interface AudioTrack {
  /** "AAC", "Opus" or "PCM", or the format's name of another codec. */
  codec: string;
  channels: number;
  /** In Hz. */
  rate: number;
}

/** The longest note that is read, in bytes. */
export const MOST_NOTE = MOST_NOTE_BYTES + 1000; // with what XMP and the like add to it
