/** Sends signed requests to an S3 server, and retries temporary failures. aws4fetch signs them; Node sends them. */
import { once, setMaxListeners } from 'node:events';
import { createReadStream } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsV4Signer } from 'aws4fetch';
import { RenderError, TransientError, UsageError } from '../core/errors.js';
import { withoutSecrets } from '../core/wording/printable.js';
import { Patience } from '../system/patience.js';
import type { S3Settings } from './s3-settings.js';
import { textOf } from './s3-xml.js';

export interface ClientOptions {
  /** How long a request may make no progress, in seconds. */
  timeout?: number | undefined;
  /** How often a request is sent at most, including the first attempt. */
  attempts?: number | undefined;
  /** The delay before the second attempt, in milliseconds. It doubles each time. */
  retryMs?: number | undefined;
}

/** The longest delay between attempts, in milliseconds, and the longest that a server may ask for. */
const LONGEST_DELAY_MS = 10_000;

/**
 * From this size on, in bytes, the server is asked first whether it wants a file, which it may have already or refuse.
 */
const WORTH_ASKING = 1 << 20;
/** How long to wait for an answer to that, in milliseconds: some servers do not support it. */
const CONTINUE_MS = 1000;

/** The SHA-256 of nothing. */
const NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** How much of an error's XML is read, in bytes. */
const ERROR_BYTES = 1 << 16;

/** HTTP statuses and S3 codes of temporary failures. */
const PASSING_STATUSES = [408, 409, 425, 429, 500, 502, 503, 504];
const PASSING_CODES = [
  'RequestTimeout',
  'BadDigest',
  'XAmzContentSHA256Mismatch',
  'IncompleteBody',
  'SlowDown',
];

/** Failures of a connection that another attempt may not meet. */
const BROKEN = [
  ...['ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'],
  ...['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL', 'ERR_STREAM_PREMATURE_CLOSE'],
];

/** Failures that it will meet again: certificates, and addresses of something else. */
const LASTING = /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|EPROTO|HPE_/;

export interface S3Request {
  method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  /** The object's name below the prefix; if it has none, the request is for the bucket. */
  name?: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** A file to upload. */
  body?: { path: string; size: number; sha256: string };
  /** Statuses that are answers rather than errors, besides 200 to 299. */
  expected?: readonly number[];
}

/** An answer that a request did not expect. */
export class S3Error extends Error {
  constructor(
    readonly status: number,
    /** S3's code, or the status in words. */
    readonly code: string,
    message: string,
    /** Where the bucket is, if that is what the server says. */
    readonly region?: string,
    /** The delay that the server asks for, in milliseconds. */
    readonly delayMs?: number,
  ) {
    super(message);
  }
}

export class S3Client {
  private readonly agent: http.Agent;
  private readonly stop = new AbortController();
  private readonly options: Required<{ [Name in keyof ClientOptions]: number }>;

  constructor(
    private readonly settings: S3Settings,
    /** The store, for messages. */
    private readonly store: string,
    { timeout = 30, attempts = 7, retryMs = 250 }: ClientOptions = {},
  ) {
    this.options = { timeout, attempts, retryMs };
    const { Agent } = settings.endpoint.protocol === 'http:' ? http : https;
    this.agent = new Agent({ keepAlive: true }); // idle connections keep no process alive
    setMaxListeners(0, this.stop.signal);
  }

  /**
   * Sends a request until it is answered.
   * @param receive - Reads the answer. If its connection fails, the request is sent again.
   * @param recover - Called before a request is sent again whose fate is unknown. Its value, if any, is the result.
   * @throws TransientError if all attempts fail, UsageError if the server will not answer it, S3Error for other answers
   * to which explain() gives no better error.
   */
  async send<T>(
    request: S3Request,
    receive: (answer: http.IncomingMessage) => T | Promise<T>,
    recover?: () => Promise<T | undefined>,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.attempt(request, receive);
      } catch (error) {
        if (this.stop.signal.aborted) throw new TransientError(`The store ${this.store} was closed.`);
        const isNetwork = isConnection(error);
        if (!isNetwork && !(error instanceof S3Error && isPassing(error))) throw this.explain(error);
        if (attempt >= this.options.attempts || (isNetwork && LASTING.test(codeOf(error))))
          throw this.explain(error, attempt);
        await this.pause(attempt, error);
        const recovered = isNetwork ? await recover?.() : undefined;
        if (recovered !== undefined) return recovered;
      }
    }
  }

  /** Cancels all requests and ends all connections. */
  close(): void {
    this.stop.abort();
    this.agent.destroy();
  }

  private async attempt<T>(
    { method, name, query = {}, headers = {}, body, expected = [] }: S3Request,
    receive: (answer: http.IncomingMessage) => T | Promise<T>,
  ): Promise<T> {
    this.stop.signal.throwIfAborted();
    const { keys, region } = this.settings;
    const signer = new AwsV4Signer({
      ...keys,
      sessionToken: keys.sessionToken as string, // may be undefined
      service: 's3',
      region,
      method,
      url: this.addressOf(name, query),
      headers: { ...headers, 'x-amz-content-sha256': body?.sha256 ?? NOTHING },
    });
    const signed = await signer.sign();
    const length = body && { 'content-length': String(body.size) };
    const asks = body !== undefined && body.size >= WORTH_ASKING;
    const { request: begin } = signed.url.protocol === 'http:' ? http : https;
    const request = begin(signed.url, {
      method,
      headers: { ...Object.fromEntries(signed.headers), ...length, ...(asks && { expect: '100-continue' }) },
      agent: this.agent,
      signal: this.stop.signal,
    });
    let stalled = false;
    const patience = new Patience(
      this.options.timeout,
      () => {
        stalled = true;
        request.destroy(new Stalled(this.options.timeout));
      },
      progressOf(request),
    );
    const done = patience.wait();
    try {
      let isAnswered = false;
      const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
        request.on('response', resolve).on('error', reject);
        request.once('response', () => {
          isAnswered = true;
        });
      });
      if (asks)
        await Promise.race([
          answered,
          once(request, 'continue'),
          sleep(CONTINUE_MS, undefined, { ref: false }),
        ]);
      // A server may answer before it has read everything: then the rest is not sent.
      if (!body) request.end();
      else if (!isAnswered) pipeline(read(body), request).catch(() => {});
      const answer = await answered;
      const status = answer.statusCode!;
      if ((status < 200 || status > 299) && !expected.includes(status)) throw await this.errorOf(answer);
      const result = await receive(answer);
      if (!answer.readableEnded) answer.resume();
      return result;
    } catch (error) {
      request.destroy();
      throw stalled ? new Stalled(this.options.timeout) : error;
    } finally {
      done();
      if (!request.writableFinished) request.destroy();
    }
  }

  /** Path-style: the server, the bucket, the object. */
  private addressOf(name: string | undefined, query: Record<string, string>): string {
    const { endpoint, bucket, prefix } = this.settings;
    const parts = name === undefined ? [] : [...prefix.split('/').filter(Boolean), name];
    const path = [bucket, ...parts].map(encode).join('/');
    const search = Object.entries(query).map(([key, value]) => `${encode(key)}=${encode(value)}`);
    return `${endpoint.origin}${endpoint.pathname.replace(/\/$/, '')}/${path}${search.length > 0 ? '?' : ''}${search.join('&')}`;
  }

  /** Reads the error in an answer. */
  async errorOf(answer: http.IncomingMessage): Promise<S3Error> {
    const xml = await readText(answer, ERROR_BYTES).catch(() => '');
    const status = answer.statusCode!;
    const after = Number(answer.headers['retry-after']);
    return new S3Error(
      status,
      this.plain(textOf(xml, 'Code') ?? answer.statusMessage ?? ''),
      this.plain(textOf(xml, 'Message') ?? ''),
      this.plain(String(answer.headers['x-amz-bucket-region'] ?? textOf(xml, 'Region') ?? '')) || undefined,
      after > 0 ? 1000 * after : undefined,
    );
  }

  /** Text from a server as part of a line: short, and without our secrets, which a server might repeat. */
  private plain(text: string): string {
    const { secretAccessKey, sessionToken } = this.settings.keys;
    const line = withoutSecrets(text.replace(/[\s\p{Cc}]+/gu, ' ').trim(), [secretAccessKey, sessionToken]);
    return line.length > 200 ? `${line.slice(0, 199)}…` : line;
  }

  private async pause(attempt: number, error: unknown): Promise<void> {
    const asked = error instanceof S3Error ? (error.delayMs ?? 0) : 0;
    const delay = Math.max(asked, this.options.retryMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
    await sleep(Math.min(LONGEST_DELAY_MS, delay), undefined, { signal: this.stop.signal }).catch(() => {
      throw new TransientError(`The store ${this.store} was closed.`);
    });
  }

  /** An error for the user: one line with the value, the rule and the next step. */
  private explain(error: unknown, attempts = 1): unknown {
    const { endpoint, bucket, region } = this.settings;
    if (isConnection(error)) {
      const code = codeOf(error);
      const what = `The store ${this.store} cannot be reached at ${endpoint.host}`;
      if (LASTING.test(code)) {
        return new UsageError(
          `${what} (${code}): check AWS_ENDPOINT_URL_S3, which must begin with https:// for TLS and with http:// otherwise, or set NODE_EXTRA_CA_CERTS to the file of its authority's certificate.`,
          { cause: error },
        );
      }
      const tries = attempts > 1 ? `, ${attempts} attempts` : '';
      const why = error instanceof Stalled ? error.message : code;
      return new TransientError(
        `${what} (${why}${tries}): check AWS_ENDPOINT_URL_S3 and the network, then try again.`,
        { cause: error },
      );
    }
    if (!(error instanceof S3Error)) return error;
    const { status, code, message } = error;
    const said = `${status} ${code}${message && `: ${message.replace(/\.$/, '')}`}`;
    if (code === 'NoSuchBucket') {
      return new UsageError(
        `The bucket "${bucket}" does not exist at ${endpoint.host} (${said}): create it, or check --store and AWS_ENDPOINT_URL_S3.`,
      );
    }
    const movedTo = error.region && error.region !== region ? error.region : undefined;
    if (status === 301 || status === 307 || code === 'AuthorizationHeaderMalformed') {
      const next = movedTo ? `set AWS_REGION=${movedTo}` : 'set AWS_REGION to its region';
      return new UsageError(`The bucket "${bucket}" is not in the region ${region} (${said}): ${next}.`);
    }
    if (code === 'RequestTimeTooSkewed') {
      return new TransientError(
        `The store ${this.store} rejects requests because this machine's clock is wrong (${said}): set the clock.`,
      );
    }
    if (/^(Expired|TokenRefresh|InvalidToken)/.test(code)) {
      return new TransientError(
        `The access keys for ${this.store} have expired (${said}): set new ones, including AWS_SESSION_TOKEN.`,
      );
    }
    if (status === 401 || status === 403) {
      return new UsageError(
        `The store ${this.store} rejects the access keys (${said}): check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and allow s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject.`,
      );
    }
    if (status === 413 || code === 'EntityTooLarge') {
      return new RenderError(
        `The store ${this.store} does not accept files of this size (${said}): use a folder as --store.`,
      );
    }
    const tries = attempts > 1 ? ` after ${attempts} attempts` : '';
    return new TransientError(
      `The store ${this.store} failed${tries} (${said}): try again later, or choose another with --store.`,
    );
  }
}

/** Thrown if a server has been silent for too long. */
class Stalled extends Error {
  constructor(seconds: number) {
    super(`no progress for ${seconds} s`);
  }
}

/** Thrown if an answer ends too early. */
export class CutShort extends Error {
  readonly code = 'the answer was cut short';
}

/** Reads an answer as text. @throws CutShort if it is longer than `limit` bytes or incomplete. */
export async function readText(answer: http.IncomingMessage, limit: number): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer) {
    size += part.length;
    if (size > limit) throw new CutShort();
    parts.push(part);
  }
  if (!answer.complete) throw new CutShort();
  return Buffer.concat(parts).toString('utf8');
}

/** A file's bytes, as many as it had. */
function read({ path, size }: { path: string; size: number }): AsyncIterable<Buffer> | Buffer[] {
  return size === 0 ? [] : createReadStream(path, { end: size - 1, highWaterMark: 1 << 18 });
}

/** Tells whether anything has been sent or received since the last call. */
function progressOf(request: http.ClientRequest): () => boolean {
  let before = 0;
  return () => {
    const { socket } = request;
    const bytes = socket ? socket.bytesRead + socket.bytesWritten : 0;
    const moved = bytes !== before;
    before = bytes;
    return moved;
  };
}

/** Whether a request failed on the way rather than by an answer. */
function isConnection(error: unknown): boolean {
  if (error instanceof Stalled || error instanceof CutShort) return true;
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  if (path !== undefined && syscall !== 'connect') return false; // a file's
  return code !== undefined && (BROKEN.includes(code) || LASTING.test(code));
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error as Error).message;
}

function isPassing({ status, code }: S3Error): boolean {
  return PASSING_STATUSES.includes(status) || PASSING_CODES.includes(code);
}

/** Percent-encodes everything but letters, digits, "-", ".", "_" and "~", as signatures require. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
