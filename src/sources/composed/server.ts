/** The only server that pages can reach: serves their files on this machine, and receives their frames. */

import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, sep } from 'node:path';
import type { Duplex } from 'node:stream';
import { sendContent, sendFile } from '../../system/send-file.js';
import type { Bundle } from './bundle.js';

export interface PageServer {
  /** The page's address, which contains a secret: other users of this machine cannot guess it. */
  url: string;
  /** Scheme, host and port: the only origin that a page may reach. */
  origin: string;
  /** The last requested file that does not exist, if any. */
  missing(): string | undefined;
  /** The names of the bundle's files that pages have requested. */
  readonly requested: ReadonlySet<string>;
  close(): Promise<void>;
}

/** Frames that look the same, and follow each other in a page. */
export interface SameFrames {
  page: number;
  /** The number of the first one. */
  first: number;
  /** From one to the next. */
  step: number;
  count: number;
  /** Their fingerprint, if they have one: see src/sources/composed/page/trace.ts. */
  fingerprint: string | undefined;
}

/**
 * Accepts frames, as the difference from the page's previous frame. The response is sent when the promise resolves.
 * @param delta - Empty if there is no difference.
 */
export type TakeFrames = (frames: SameFrames, delta: AsyncIterable<Buffer>) => Promise<void>;

export interface ServerOptions {
  /** Called when the proxy refuses a request, with its address, or its host and port. */
  refused?: (address: string) => void;
  /** Hosts whose requests are intercepted before they leave the page: see hosts.ts. */
  hosts?: readonly string[];
}

/** A content security policy that blocks all other addresses, and reports them to the page. */
function policyFor(hosts: readonly string[]): string {
  const sources = hosts.map((host) => `https://${host}`).join(' ');
  return `default-src 'self' ${sources} data: blob: 'unsafe-inline' 'unsafe-eval'; form-action 'none'`;
}

const html = ({ imports, styles }: Bundle) => `<!doctype html>
<meta charset="utf-8">
<title>Untrained</title>
<link rel="icon" href="data:,">
<script>
  globalThis.untrainedWideSimd = true;
  globalThis.untrainedRefused = [];
  document.addEventListener('securitypolicyviolation', (event) => untrainedRefused.push(event));
</script>
${styles.map((style) => `<link rel="stylesheet" href="${encodeURI(style)}">\n`).join('')}<script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module" src="film.js"></script>
`;

const HEADERS = {
  // Cross-origin isolation: enables shared memory between threads, and precise timers.
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cache-control': 'no-store',
};

const TYPES: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};

/** The address of frames: page, first frame, step, count and fingerprint. */
const FRAMES = /^frames\/(\d+\/\d+\/\d+\/\d+)\/([0-9a-f]{16}|none)$/;

const bytesIn = (file: string | Uint8Array) =>
  typeof file === 'string' ? Buffer.from(file) : Buffer.from(file.buffer, file.byteOffset, file.byteLength);

/** Starts the server on a free port of 127.0.0.1. It is also the pages' proxy, which refuses every request. */
export async function startServer(
  bundle: Bundle,
  take: TakeFrames,
  { refused = () => {}, hosts = [] }: ServerOptions = {},
): Promise<PageServer> {
  const { files, publicFolder } = bundle;
  const headers = { 'content-security-policy': policyFor(hosts), ...HEADERS };
  const secret = `/${randomBytes(16).toString('hex')}/`;
  let missing: string | undefined;
  const requested = new Set<string>();
  const server = createServer((request, response) => {
    if (!request.url?.startsWith('/')) {
      refused(request.url ?? '');
      response.writeHead(403, headers).end();
    } else answer(request, response).catch(() => response.destroy());
  });
  server.on('connect', ({ url = '' }: IncomingMessage, socket: Duplex) => {
    refused(url);
    socket.destroy();
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent((request.url ?? '').split('?')[0]);
    // Scenes may also refer to public files by absolute paths, as with Motion Canvas's own server.
    const name = path.startsWith(secret) ? path.slice(secret.length) : path.slice(1);
    const [, numbers, print] = FRAMES.exec(name) ?? [];
    if (request.method === 'POST' && path.startsWith(secret) && numbers !== undefined) {
      const [page, first, step, count] = numbers.split('/').map(Number);
      const fingerprint = print === 'none' ? undefined : print;
      await take({ page, first, step, count, fingerprint }, request);
      response.writeHead(204, headers).end();
      return;
    }
    const file = path === secret ? html(bundle) : path.startsWith(secret) ? files.get(name) : undefined;
    const type = TYPES[path === secret ? '.html' : extname(name).toLowerCase()] ?? 'application/octet-stream';
    if (file !== undefined) {
      requested.add(name);
      sendContent(request, response, bytesIn(file), { ...headers, 'content-type': type });
    } else
      await sendPublic(request, response, join(publicFolder, name), { ...headers, 'content-type': type });
  }

  async function sendPublic(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    headers: Record<string, string>,
  ): Promise<void> {
    const inside = path.startsWith(publicFolder + sep);
    const file = inside ? await stat(path).catch(() => undefined) : undefined;
    if (file?.isFile()) return sendFile(request, response, path, headers);
    missing = path;
    response.writeHead(404, headers).end();
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${secret}`,
    origin: `http://127.0.0.1:${port}`,
    missing: () => missing,
    requested,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
