/**
 * Answers pages' requests to other hosts from installed packages, from responses stored when a film was made, or by
 * fetching them from hosts that the user allows. Pages themselves have no network access.
 */

import { createHash } from 'node:crypto';
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { RefusedError, RenderError, TransientError } from '../../core/errors.js';
import { makeFolder, replaceFile } from '../../system/folders.js';
import { type Answer, INSTALLED_HOSTS, installedAnswer, packageFor } from './installed.js';

/** The largest response, in bytes. */
const MAX_BYTES = 64 * 2 ** 20;
const TIMEOUT_MS = 30_000;
/** The maximum number of redirects, all on one host. */
const MAX_REDIRECTS = 5;

export interface HostOptions {
  /** Allowed hosts, such as "api.iconify.design". None by default. */
  allowHosts?: readonly string[];
  /** The SHA-256 of each response that the film was made with, by address. The responses are read from the store. */
  answers?: Readonly<Record<string, string>>;
  /** Refuses responses that are not among these, because the keys of the film's segments depend on them. */
  planned?: boolean;
  /** Asks hosts before it looks for stored responses, because the other machines will ask them, too. */
  fresh?: boolean;
  /** The folder where responses are stored. By default they are not. */
  store?: string;
  /** Replaces the global fetch, for tests. */
  fetch?: typeof fetch;
}

export class Hosts {
  /** The SHA-256 of each response so far, by address. */
  readonly given = new Map<string, string>();
  private readonly answers = new Map<string, Promise<Answer>>();

  /** @param folder - The scene's folder. */
  constructor(
    private readonly folder: string,
    private readonly options: HostOptions = {},
  ) {}

  /** All hosts whose requests are answered here, for the page's content security policy. */
  get names(): string[] {
    const { allowHosts = [], answers = {} } = this.options;
    const before = Object.keys(answers).map((url) => new URL(url).host);
    return [...new Set([...INSTALLED_HOSTS, ...allowHosts, ...before])];
  }

  /**
   * Intercepts a page's requests to these hosts, and no others, so that uploading frames is not slowed down.
   * @param fail - Called for a request that cannot be answered.
   */
  async serve(page: Page, fail: (url: string, error: Error) => void): Promise<void> {
    const session = await page.context().newCDPSession(page);
    session.on('Fetch.requestPaused', async ({ requestId, request: { url, method } }) => {
      try {
        if (method !== 'GET')
          throw new RenderError(`${method} ${url} is refused: pages may only send GET requests.`);
        const { type, body } = await this.answer(url);
        const responseHeaders = Object.entries({
          'content-type': type,
          'access-control-allow-origin': '*',
          'cross-origin-resource-policy': 'cross-origin',
        }).map(([name, value]) => ({ name, value }));
        const answer = { requestId, responseCode: 200, responseHeaders, body: body.toString('base64') };
        await session.send('Fetch.fulfillRequest', answer);
      } catch (error) {
        fail(url, error as Error);
        await session
          .send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' })
          .catch(() => {});
      }
    });
    const patterns = this.names.map((host) => ({ urlPattern: `https://${host}/*` }));
    await session.send('Fetch.enable', { patterns });
  }

  /** The response for an address, found once per address. @throws RenderError with the next step if there is none. */
  answer(url: string): Promise<Answer> {
    let answer = this.answers.get(url);
    if (!answer) {
      answer = this.find(url);
      this.answers.set(url, answer);
    }
    return answer;
  }

  private async find(address: string): Promise<Answer> {
    const { answers = {}, allowHosts = [], planned, fresh } = this.options;
    const url = new URL(address);
    const digest = Object.hasOwn(answers, address) ? answers[address] : undefined;
    if (planned && !digest) {
      throw new RefusedError(
        `The page requested ${address}, but did not when the film was planned: plan it again with --allow-host ${url.host}.`,
      );
    }
    const isAllowed = allowHosts.includes(url.host);
    const asksFirst = fresh && isAllowed && !digest;
    const installed = installedAnswer(url, this.folder);
    if (installed && (!digest || digestOf(installed) === digest)) return this.give(address, installed);
    const stored = await this.stored(address, digest);
    if (stored && !asksFirst) return this.give(address, stored);
    if (!isAllowed) {
      if (planned) throw notInstalled(url, installed !== undefined);
      const name = packageFor(url);
      throw new RenderError(
        `The page requested ${address} but pages have no network access: ` +
          `${name ? `run npm install ${name}, or ` : ''}allow it with --allow-host ${url.host}` +
          `${name ? '' : ', or put the file next to the scene and import it'}.`,
      );
    }
    const fetched = await this.fetch(url).catch((error) => {
      if (stored && error instanceof TransientError) return stored;
      throw error;
    });
    if (digest && digestOf(fetched) !== digest) {
      if (planned) {
        throw new RefusedError(
          `${address} no longer returns what it did when the film was planned: plan it again.`,
        );
      }
      throw new RenderError(
        `${address} no longer returns what it did when the film was made: render its scene instead of the film.`,
      );
    }
    await this.keep(address, fetched);
    return this.give(address, fetched);
  }

  private give(address: string, answer: Answer): Answer {
    this.given.set(address, digestOf(answer));
    return answer;
  }

  /** Requests an address from its host: over TLS, without cookies, and without redirects to other hosts. */
  private async fetch(first: URL): Promise<Answer> {
    const { fetch: ask = fetch } = this.options;
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    let url = first;
    try {
      for (let i = 0; i <= MAX_REDIRECTS; i++) {
        const response = await ask(url, { redirect: 'manual', credentials: 'omit', signal });
        const location = response.status >= 300 && response.status < 400 && response.headers.get('location');
        if (!location) {
          if (!response.ok) {
            const passing = response.status === 429 || response.status >= 500;
            throw new (passing ? TransientError : RenderError)(`it answered ${response.status}`);
          }
          const type = response.headers.get('content-type') ?? 'application/octet-stream';
          return { type, body: await bodyOf(response) };
        }
        await response.body?.cancel();
        url = new URL(location, url);
        if (url.origin !== first.origin)
          throw new RenderError(`it redirects to ${url.origin}, which is another host`);
      }
      throw new RenderError(`it redirects more than ${MAX_REDIRECTS} times`);
    } catch (error) {
      const { message, name, cause } = error as Error;
      const reason =
        name === 'TimeoutError'
          ? `no answer within ${TIMEOUT_MS / 1000} s`
          : ((cause as Error)?.message ?? message);
      const lasting = error instanceof RenderError && !(error instanceof TransientError);
      throw new (lasting ? RenderError : TransientError)(
        `${first.href} cannot be loaded (${reason}): check the address and the network.`,
        { cause: error },
      );
    }
  }

  /** The stored response for an address, if intact. @param digest - The digest it must have, if any. */
  private async stored(address: string, digest: string | undefined): Promise<Answer | undefined> {
    const { store, allowHosts = [] } = this.options;
    if (!store) return undefined;
    try {
      let wanted = digest;
      if (!wanted && allowHosts.includes(new URL(address).host))
        wanted = await fs.readFile(join(store, `${hash(address)}.latest`), 'utf8');
      if (!wanted || !/^[0-9a-f]{64}$/.test(wanted)) return undefined;
      const bytes = await fs.readFile(join(store, wanted));
      const end = bytes.indexOf('\n');
      const answer = { type: bytes.toString('latin1', 0, end), body: bytes.subarray(end + 1) };
      return digestOf(answer) === wanted ? answer : undefined;
    } catch {
      return undefined; // there is none
    }
  }

  /** Stores a response by its digest, and records it as the latest for its address. Failures are ignored. */
  private async keep(address: string, answer: Answer): Promise<void> {
    const { store } = this.options;
    if (!store) return;
    const digest = digestOf(answer);
    const write = async (name: string, content: string | Buffer) => {
      const unfinished = join(store, `${name}-${process.pid}.unfinished`);
      await fs.writeFile(unfinished, content);
      await replaceFile(unfinished, join(store, name));
    };
    try {
      await makeFolder(store);
      await write(digest, bytesOf(answer));
      await write(`${hash(address)}.latest`, digest);
    } catch {
      // The film does not depend on the store.
    }
  }
}

/** The error for a planned response that no package provides here. @param differs - Whether one provides another. */
function notInstalled(url: URL, differs: boolean): RefusedError {
  const { href, host } = url;
  if (!INSTALLED_HOSTS.includes(host)) {
    return new RefusedError(
      `The page requested ${href}, which is not stored here: allow it with --allow-host ${host}.`,
    );
  }
  if (differs) {
    return new RefusedError(
      `${href} differs in the package that is installed here: install the same version as where the film was planned.`,
    );
  }
  const name = packageFor(url);
  return new RefusedError(
    `${href} is in no package that is installed here: ${name ? `run npm install ${name}` : 'install the same packages (npm ci)'}, as where the film was planned.`,
  );
}

/** The bytes to store and digest. They include the content type, which determines how a page reads the response. */
const bytesOf = ({ type, body }: Answer) =>
  Buffer.concat([Buffer.from(`${type.replace(/\n/g, ' ')}\n`, 'latin1'), body]);
const digestOf = (answer: Answer) => hash(bytesOf(answer));
const hash = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');

async function bodyOf(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  if (!response.body) return Buffer.alloc(0);
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new RenderError(`it is larger than ${MAX_BYTES / 2 ** 20} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
