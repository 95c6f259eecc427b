/** A host for static files, as people have them: it serves a folder under a path, with headers of its own. */
import { promises as fs } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
};

export interface StaticHost {
  /** The address of the folder, which ends with a slash. */
  url: string;
  /** What has been requested so far: paths in the folder, with their sizes when gzipped; NaN if there is no file. */
  served: { path: string; gzipped: number }[];
  close(): void;
}

/** @param under - The path, with slashes at both ends. */
export async function hostFolder(
  folder: string,
  under: string,
  headers: Record<string, string>,
): Promise<StaticHost> {
  const served: StaticHost['served'] = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url!, 'http://host');
    const path = pathname.startsWith(under) ? pathname.slice(under.length) || 'index.html' : undefined;
    const body =
      path === undefined ? undefined : await fs.readFile(join(folder, path)).catch(() => undefined);
    served.push({ path: path ?? pathname, gzipped: body ? gzipSync(body).length : Number.NaN });
    const type = TYPES[extname(path ?? '')] ?? 'application/octet-stream';
    response.writeHead(body ? 200 : 404, { 'content-type': type, ...headers }).end(body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${under}`,
    served,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
