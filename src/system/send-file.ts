/** Answers requests for sounds and videos, or for parts of them: browsers only seek where they can request parts. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

/** The bytes that a request asks for: both ends inclusive, as in HTTP. */
interface Part {
  start: number;
  end: number;
}

/**
 * Sends a file without holding it in memory.
 * @param path - The only file that may be sent; the request has no influence on it.
 * @param headers - Such as its type.
 */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  headers: Record<string, string>,
): Promise<void> {
  const found = await stat(path).catch(() => undefined); // it may have been removed since
  if (!found?.isFile()) {
    response.writeHead(404, { ...headers, 'content-length': 0 }).end();
    return;
  }
  const part = begin(request, response, found.size, headers);
  if (part) await pipeline(createReadStream(path, part), response).catch(() => response.destroy()); // it left
}

/** Sends what is in memory. @param headers - Such as its type. */
export function sendContent(
  request: IncomingMessage,
  response: ServerResponse,
  content: Uint8Array,
  headers: Record<string, string>,
): void {
  const part = begin(request, response, content.length, headers);
  if (part) response.end(content.subarray(part.start, part.end + 1));
}

/** Sends the head of an answer. @returns The part that must follow; undefined if that is all. */
function begin(
  request: IncomingMessage,
  response: ServerResponse,
  size: number,
  headers: Record<string, string>,
): Part | undefined {
  const part = partOf(request.headers.range, size);
  if (part === 'none') {
    response.writeHead(416, { ...headers, 'content-range': `bytes */${size}`, 'content-length': 0 }).end();
    return undefined;
  }
  const { start, end } = part ?? { start: 0, end: size - 1 };
  response.writeHead(part ? 206 : 200, {
    ...headers,
    'accept-ranges': 'bytes',
    'content-length': end - start + 1,
    ...(part && { 'content-range': `bytes ${start}-${end}/${size}` }),
  });
  if (request.method !== 'HEAD' && size > 0) return { start, end };
  response.end();
  return undefined;
}

/** The part that a range header asks for; undefined for the whole file; 'none' if the file has no such part. */
function partOf(range: string | undefined, size: number): Part | undefined | 'none' {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? [];
  if (first === undefined || (first === '' && last === '')) return undefined; // several parts may be answered as one
  if (first === '')
    return Number(last) > 0 ? { start: Math.max(0, size - Number(last)), end: size - 1 } : 'none';
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return start > end ? 'none' : { start, end };
}
