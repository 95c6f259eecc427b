/** Serves the explorer to this machine: the files of dist/pages/explorer, at most one sound, and nothing else. */
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { basename, extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RenderError } from '../core/errors.js';
import { guard } from '../system/guard.js';
import { sendFile } from '../system/send-file.js';
import { CONTENT_SECURITY_POLICY } from './policy.js';

/** The built page. */
const ours = fileURLToPath(new URL('../pages/explorer', import.meta.url));

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** Where the sound is served. */
const SOUND = 'sound';

/** How many ports are tried, beginning with the first. */
const PORTS = 20;

export interface ExplorerServer {
  /** The page's address, which ends with a slash. */
  url: string;
  close(): Promise<void>;
}

export interface Served {
  /** The page's files. By default, the built page. */
  folder?: string;
  /** The path of a sound file, which plays along with what the page opens. */
  sound?: string | undefined;
}

/**
 * Starts the server.
 * @param port - The first port to try; if it is in use, the next ones are tried.
 * @throws RenderError if it cannot be served.
 */
export async function serveExplorer(
  port: number,
  { folder = ours, sound }: Served = {},
): Promise<ExplorerServer> {
  const files = await pathsIn(folder);
  if (!files.has('index.html'))
    throw new RenderError('The explorer is missing from this installation: install it again.');
  const server = createServer((request, response) => respond(request, response, { folder, files, sound }));
  guard(server);
  const used = await listen(server, port);
  return {
    url: `http://127.0.0.1:${used}/`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections(); // browsers keep some open
      }),
  };
}

/** The paths of the files in a folder, with slashes. Only these are served, so no path can lead out of it. */
async function pathsIn(folder: string): Promise<ReadonlySet<string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  return new Set(
    files.map(({ parentPath, name }) => relative(folder, join(parentPath, name)).replaceAll(sep, '/')),
  );
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  { folder, files, sound }: { folder: string; files: ReadonlySet<string>; sound: string | undefined },
): Promise<void> {
  const { method = '', url = '/' } = request;
  const send = (status: number, headers: Record<string, string>, body: string | Buffer) => {
    const length = Buffer.byteLength(body);
    response.writeHead(status, { ...HEADERS, 'content-length': length, ...headers });
    response.end(method === 'HEAD' ? undefined : body);
  };
  const refuse = (status: number) => send(status, { 'content-type': TYPES['.txt'], allow: 'GET, HEAD' }, '');
  const [path, query] = url.slice(1).split('?');
  const file = path === '' ? 'index.html' : path; // our names have no characters that addresses escape
  const isSound = file === SOUND && sound !== undefined;
  const isKnown = isSound || files.has(file);
  if ((method !== 'GET' && method !== 'HEAD') || !isKnown) {
    refuse(isKnown ? 405 : 404);
    return;
  }
  if (isSound) {
    // Browsers look into a sound to see what it is.
    const headers = { ...HEADERS, 'content-type': 'application/octet-stream', 'cache-control': 'no-cache' };
    await sendFile(request, response, sound, headers);
    return;
  }
  try {
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    // The names of chunks, and addresses with a version, change with their contents.
    const isPermanent = file.startsWith('chunks/') || query !== undefined;
    const cache = isPermanent ? 'public, max-age=31536000, immutable' : 'no-cache';
    const contents = await readFile(join(folder, file));
    const body = file === 'index.html' && sound ? withSound(contents.toString(), sound) : contents;
    send(200, { 'content-type': type, 'cache-control': cache }, body);
  } catch {
    refuse(404); // it has been removed since
  }
}

/** The page with the name of the sound that it plays. */
function withSound(html: string, path: string): string {
  const name = basename(path).replace(/[&"<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  return html.replace('</head>', () => `<meta name="untrained-sound" content="${name}" /></head>`);
}

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** Listens on the first free port. Returns it. */
async function listen(server: Server, first: number): Promise<number> {
  const last = Math.min(first + PORTS - 1, 65535);
  for (let port = first; port <= last; port++) {
    const error = await new Promise<NodeJS.ErrnoException | undefined>((done) => {
      server.once('error', done);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', done);
        done(undefined);
      });
    });
    if (!error) return port;
    if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES')
      throw new RenderError(`The explorer cannot be served (${error.message}): name another --port.`);
  }
  throw new RenderError(`No port from ${first} to ${last} is free: name another --port.`);
}
