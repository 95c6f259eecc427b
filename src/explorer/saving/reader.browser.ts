/** A web worker that finds the note in a file, of which it reads only parts. build/embed.js embeds it in our script. */
import { type ByteSource, Bytes, Malformed } from '../../files/bytes.js';
import { noteIn } from '../../files/read/note.js';
import type { Answer } from './reader-source.js';

/** Exists only in workers, so the types for pages lack it. */
declare class FileReaderSync {
  readAsArrayBuffer(blob: Blob): ArrayBuffer;
}

function answerFor(file: Blob): Answer {
  const source: ByteSource = {
    size: file.size,
    read(into, at) {
      const bytes = new Uint8Array(new FileReaderSync().readAsArrayBuffer(file.slice(at, at + into.length)));
      into.set(bytes);
      return bytes.length;
    },
  };
  try {
    return { note: noteIn(new Bytes(source)) };
  } catch (error) {
    if (error instanceof Malformed) return { problem: error.message };
    return { problem: `cannot be read (${(error as Error).message})` };
  }
}

addEventListener('message', ({ data }) => postMessage(answerFor(data)));
