/** Compression by the host ("deflate-raw", RFC 1951), which browsers and Node share. */

/** Decompressed data is longer than allowed. */
export class TooLongError extends Error {}

/** How many bytes are decompressed at once. They become at most a thousand times as many. */
const STEP = 256;

/** Compresses bytes. */
export function deflate(bytes: Uint8Array): Promise<Uint8Array> {
  return through(new CompressionStream('deflate-raw'), [bytes], Number.POSITIVE_INFINITY);
}

/**
 * Decompresses bytes of any origin.
 * @param maximum - The most bytes to return. Decompression stops as soon as there are more.
 * @throws TooLongError, or the host's error if they are damaged.
 */
export function inflate(bytes: Uint8Array, maximum: number): Promise<Uint8Array> {
  const pieces = [];
  for (let at = 0; at < bytes.length; at += STEP) pieces.push(bytes.subarray(at, at + STEP));
  return through(new DecompressionStream('deflate-raw'), pieces, maximum);
}

/** The part of a stream that transforms bytes which both hosts' types have. */
interface ByteTransform {
  readable: { getReader(): unknown };
  writable: { getWriter(): unknown };
}
interface Reader {
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
}
interface Writer {
  write(piece: Uint8Array): Promise<void>;
  close(): Promise<void>;
  abort(): Promise<void>;
  closed: Promise<unknown>;
}

async function through(stream: ByteTransform, pieces: Uint8Array[], maximum: number): Promise<Uint8Array> {
  const reader = stream.readable.getReader() as Reader;
  const writer = stream.writable.getWriter() as Writer;
  writer.closed.catch(() => {}); // the reader has the same error
  const write = async () => {
    for (const piece of pieces) await writer.write(piece);
    await writer.close();
  };
  const read = async () => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done || !value) return joined(chunks, length);
      length += value.length;
      if (length > maximum) throw new TooLongError(`More than ${maximum} bytes.`);
      chunks.push(value);
    }
  };
  try {
    const [bytes] = await Promise.all([read(), write()]);
    return bytes;
  } catch (error) {
    await Promise.allSettled([reader.cancel(), writer.abort()]);
    throw error;
  }
}

function joined(chunks: Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
