/** Answers requests for a file that may be large, or for a part of it: players ask for parts. */
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
  const { size } = found;
  const part = partOf(request.headers.range, size);
  if (part === 'none') {
    response.writeHead(416, { ...headers, 'content-range': `bytes */${size}`, 'content-length': 0 }).end();
    return;
  }
  const { start, end } = part ?? { start: 0, end: size - 1 };
  response.writeHead(part ? 206 : 200, {
    ...headers,
    'accept-ranges': 'bytes',
    'content-length': end - start + 1,
    ...(part && { 'content-range': `bytes ${start}-${end}/${size}` }),
  });
  if (request.method === 'HEAD' || size === 0) response.end();
  else await pipeline(createReadStream(path, { start, end }), response).catch(() => response.destroy()); // it left
}

/** The part that a range header asks for; undefined for the whole file; 'none' if the file has no such part. */
export function partOf(range: string | undefined, size: number): Part | undefined | 'none' {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? [];
  if (first === undefined || (first === '' && last === '')) return undefined; // several parts may be answered as one
  if (first === '')
    return Number(last) > 0 ? { start: Math.max(0, size - Number(last)), end: size - 1 } : 'none';
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return start > end ? 'none' : { start, end };
}
