/** Renders films for the editor's pages, with the job of the command `render`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Plugin } from 'vite';
import { z } from 'zod';
import { UsageError } from '../core/errors.js';
import { sizeSchema } from '../core/frame/description.js';
import { parse } from '../core/wording/parse.js';
import { RENDER_FORMATS, RENDER_PATH, type RenderEvent, type RenderRequest } from './page/render-protocol.js';

/** A film to make, with the scene's path instead of its name. */
export interface FilmOrder extends Omit<RenderRequest, 'scene'> {
  path: string;
}

/**
 * Makes a film.
 * @param onEvent - Called with everything that happens.
 * @param signal - Stops the work. The promise then rejects with its reason.
 * @throws UsageError for an invalid request; RenderError for later failures.
 */
export type MakeFilm = (
  order: FilmOrder,
  onEvent: (event: RenderEvent) => void,
  signal: AbortSignal,
) => Promise<void>;

/** The greatest length of a request, in bytes. */
const MAX_BYTES = 10_000;

const schema: z.ZodType<RenderRequest> = z.strictObject({
  scene: z.string(),
  format: z.enum(RENDER_FORMATS),
  size: sizeSchema.optional(),
  fps: z.number().min(1).max(120).optional(),
  frames: z.tuple([z.int().min(0), z.int().min(0)]).optional(),
});

/**
 * Serves requests for films. When its page is closed, a film is abandoned, and no partial file is left.
 * @param signal - Stops all renders when the editor is closed.
 */
export function renderFilms(
  list: () => { name: string; path: string }[],
  makeFilm: MakeFilm,
  signal: AbortSignal,
): Plugin {
  /** One film at a time: each uses all cores. */
  let busy = false;
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const order = orderFrom(await bodyOf(request), list());
    if (busy) throw new UsageError('Another film is being rendered: wait for it, or abort it.');
    busy = true;
    const gone = new AbortController();
    const stop = () => gone.abort(new Error('The page was closed.'));
    response.on('close', stop);
    signal.addEventListener('abort', stop);
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    const send = (event: RenderEvent) => response.write(`${JSON.stringify(event)}\n`);
    try {
      await makeFilm(order, send, gone.signal);
    } catch (error) {
      send({ type: 'failed', message: (error as Error).message });
    } finally {
      response.off('close', stop);
      signal.removeEventListener('abort', stop);
      busy = false;
      response.end();
    }
  };
  return {
    name: 'untrained:render',
    configureServer({ middlewares }) {
      middlewares.use(RENDER_PATH, (request, response) => {
        if (!isFromOwnPage(request)) {
          response
            .writeHead(403, { 'content-type': 'text/plain' })
            .end('Only pages of the editor may render.');
          return;
        }
        serve(request, response).catch((error: Error) => {
          response.writeHead(400, { 'content-type': 'text/plain' }).end(error.message);
        });
      });
    },
  };
}

/** Whether a request comes from one of the editor's own pages. Browsers send the origin with every POST. */
function isFromOwnPage({ method, headers }: IncomingMessage): boolean {
  const { host = '', origin } = headers;
  const isLocal = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host);
  return isLocal && method === 'POST' && origin === `http://${host}`;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > MAX_BYTES) throw new UsageError(`The request has more than ${MAX_BYTES} bytes.`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError('The request is not JSON.');
  }
}

/** @throws UsageError for anything but a request for one of the scenes. */
function orderFrom(input: unknown, scenes: { name: string; path: string }[]): FilmOrder {
  const { scene: name, ...rest } = parse(schema, input, {});
  const scene = scenes.find((scene) => scene.name === name);
  if (!scene) throw new UsageError(`There is no scene "${name}": reload the page.`);
  return { ...rest, path: scene.path };
}
