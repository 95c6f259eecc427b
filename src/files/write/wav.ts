/** A WAV that carries text. */

import { bytesOf, joined, little } from '../bytes.js';

/**
 * A WAV of one silent sample with the note as its ICMT, from which ffmpeg makes a film's comment (©cmt in an MP4).
 * ffmpeg's own format for tags cuts lines off after 1023 characters, and the command line is too short on Windows.
 * @param note - Latin-1.
 */
export function noteFile(note: string): Uint8Array {
  const format = joined(...[1, 1, 8000, 0, 8000, 0, 1, 8].map((value) => little(value, 2))); // 8 kHz, 8 bits
  const info = joined(bytesOf('INFO'), riffChunk('ICMT', bytesOf(note)));
  const parts = [
    bytesOf('WAVE'),
    riffChunk('fmt ', format),
    riffChunk('LIST', info),
    riffChunk('data', new Uint8Array(1)),
  ];
  return riffChunk('RIFF', joined(...parts));
}

/** A RIFF chunk: a four-letter name, the data's length, and the data, padded to an even number of bytes. */
export function riffChunk(name: string, data: Uint8Array): Uint8Array {
  return joined(bytesOf(name), little(data.length, 4), data, new Uint8Array(data.length % 2));
}
