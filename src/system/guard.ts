/**
 * Restricts a server to its own pages on this machine. Any website can send requests to a server here, and could even
 * read the responses by making its own host name point to 127.0.0.1.
 */
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** This machine's own names. Any port is accepted, because ports may be forwarded. */
const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/**
 * Refuses requests and WebSockets of other hosts and origins, and malformed addresses, before any other listener sees
 * them. Call it when all listeners have been added.
 */
export function guard(server: Server): void {
  wrap(server, 'request', (request, response: ServerResponse) => {
    const status = refusalOf(request);
    if (status) response.writeHead(status, { 'content-type': 'text/plain' }).end(STATUS_CODES[status]);
    return status === undefined;
  });
  wrap(server, 'upgrade', (request, socket: Duplex) => {
    const status = refusalOf(request);
    if (status) socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\n\r\n`);
    return status === undefined;
  });
}

/** Passes to a server's listeners only what `accepts` allows. */
function wrap<Rest>(
  server: Server,
  event: 'request' | 'upgrade',
  accepts: (request: IncomingMessage, rest: Rest) => boolean,
): void {
  const listeners = server.listeners(event);
  server.removeAllListeners(event);
  server.on(event, (request: IncomingMessage, ...rest: unknown[]) => {
    if (!accepts(request, rest[0] as Rest)) return;
    for (const listener of listeners) listener.call(server, request, ...rest);
  });
}

/** The HTTP status with which to refuse a request; undefined for one of our own pages, or of a program. */
function refusalOf({ url = '', headers }: IncomingMessage): 400 | 403 | undefined {
  const { host = '', origin } = headers;
  if (!LOCAL.test(host)) return 403;
  if (origin !== undefined && origin.replace(/^https?:\/\//, '') !== host) return 403;
  // Browsers send no origin with pictures and scripts, but say where they are requested. A link to a page is harmless.
  const site = headers['sec-fetch-site'];
  const isVisit = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  if ((site === 'cross-site' || site === 'same-site') && !isVisit) return 403;
  try {
    decodeURI(url);
    return undefined;
  } catch {
    return 400;
  }
}
