/** Texts in a file's metadata, one to a file, in ASCII. ffmpeg puts them into MP4 and WebM as it makes them; into the other
 *  formats they are put here, at the end of files that are otherwise done, so that long films are not copied for it.
 *  read/ reads all of them back. */

import { promises as fs } from 'node:fs';
import { chunk } from './png.js';

/**
 * A file that ffmpeg takes a film's comment from (an MP4's is its ©cmt): a WAV of one silent sample with the note as its ICMT.
 * The format that ffmpeg has for tags would not do, since it loses what is beyond the 1023rd character of a line, and the
 * command line has too little room on Windows.
 */
export function noteFile(note: string): Buffer {
  const riffChunk = (name: string, data: Buffer) => {
    const head = Buffer.from(`${name}    `, 'latin1');
    head.writeUInt32LE(data.length, 4);
    return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
  };
  const format = Buffer.alloc(16);
  for (const [at, value] of [1, 1, 8000, 0, 8000, 0, 1, 8].entries()) format.writeUInt16LE(value, 2 * at); // 8 kHz, 8 bits
  const info = Buffer.concat([Buffer.from('INFO'), riffChunk('ICMT', Buffer.from(note, 'latin1'))]);
  const parts = [
    Buffer.from('WAVE'),
    riffChunk('fmt ', format),
    riffChunk('LIST', info),
    riffChunk('data', Buffer.alloc(1)),
  ];
  return riffChunk('RIFF', Buffer.concat(parts));
}

/** How much larger a note makes a file, in bytes, at most. */
export function noteBytes(format: 'gif' | 'webp', note: string | undefined): number {
  if (note === undefined) return 0;
  return format === 'gif' ? gifComment(note).length : xmpChunk(note).length + VP8X_BYTES;
}

/** Puts a note into a GIF, PNG or WebP as ffmpeg made it. */
export async function addNote(path: string, format: 'gif' | 'png' | 'webp', note: string): Promise<void> {
  const file = await fs.open(path, 'r+');
  try {
    const { size } = await file.stat();
    if (format === 'gif') {
      const end = Buffer.concat([gifComment(note), Buffer.of(0x3b)]); // in place of the trailer, which is 0x3b
      await file.write(end, 0, end.length, size - 1);
    } else if (format === 'png') {
      const iend = Buffer.alloc(12);
      await file.read(iend, 0, 12, size - 12);
      const end = Buffer.concat([chunk('tEXt', Buffer.from(`Comment\0${note}`, 'latin1')), iend]);
      await file.write(end, 0, end.length, size - 12);
    } else {
      await addToWebp(file, size, note);
    }
  } finally {
    await file.close();
  }
}

/** A Comment Extension of GIF89a: blocks of up to 255 bytes, each after its length, and an empty one. */
function gifComment(note: string): Buffer {
  const text = Buffer.from(note, 'latin1');
  const parts: Buffer[] = [Buffer.of(0x21, 0xfe)];
  for (let at = 0; at < text.length; at += 255) {
    const block = text.subarray(at, at + 255);
    parts.push(Buffer.of(block.length), block);
  }
  return Buffer.concat([...parts, Buffer.of(0)]);
}

/** The chunk of an extended WebP that says what else there is, with its header. */
const VP8X_BYTES = 18;
const XMP_FLAG = 0x04;

/** WebP keeps texts as XMP, in a chunk at the end of an extended file. A still has to be made one. */
async function addToWebp(file: fs.FileHandle, size: number, note: string): Promise<void> {
  const chunk = xmpChunk(note);
  const head = Buffer.alloc(30);
  await file.read(head, 0, 30, 0);
  let end = size;
  if (head.toString('latin1', 12, 16) === 'VP8X') {
    head[20] |= XMP_FLAG;
    await file.write(head, 20, 1, 20);
  } else {
    const rest = Buffer.alloc(size - 12);
    await file.read(rest, 0, rest.length, 12);
    await file.write(Buffer.concat([vp8x(head), rest]), 0, rest.length + VP8X_BYTES, 12);
    end += VP8X_BYTES;
  }
  await file.write(chunk, 0, chunk.length, end);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(end + chunk.length - 8);
  await file.write(length, 0, 4, 4);
}

/** For a lossy still, whose frame header, RFC 6386 9.1, has 14 bits of width and of height. ffmpeg writes no others. */
function vp8x(head: Buffer): Buffer {
  const chunk = Buffer.alloc(VP8X_BYTES);
  chunk.write('VP8X');
  chunk.writeUInt32LE(10, 4);
  chunk[8] = XMP_FLAG;
  chunk.writeUIntLE((head.readUInt16LE(26) & 0x3fff) - 1, 12, 3);
  chunk.writeUIntLE((head.readUInt16LE(28) & 0x3fff) - 1, 15, 3);
  return chunk;
}

/** The note as Dublin Core's description, which is what other programs show as the picture's. */
function xmpChunk(note: string): Buffer {
  const escaped = note.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  const packet = Buffer.from(
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
      '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description><rdf:Alt>' +
      `<rdf:li xml:lang="x-default">${escaped}</rdf:li>` +
      '</rdf:Alt></dc:description></rdf:Description></rdf:RDF></x:xmpmeta>',
    'latin1',
  );
  const chunk = Buffer.alloc(8 + packet.length + (packet.length % 2));
  chunk.write('XMP ');
  chunk.writeUInt32LE(packet.length, 4);
  packet.copy(chunk, 8);
  return chunk;
}
