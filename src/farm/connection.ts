/** Connections to the queue's Redis server, and what their errors mean. No message contains a password. */
import type * as BullMq from 'bullmq';
import type { Redis } from 'ioredis';
import { TransientError, UsageError } from '../core/errors.js';
import { withoutSecrets } from '../core/wording/printable.js';
import { within } from '../system/patience.js';

/** The longest wait for a server's first answer, in seconds. */
const CONNECT_SECONDS = 10;

/** The longest pause between attempts to reconnect, in milliseconds. */
const RECONNECT_MS = 5000;

/** The oldest version of Redis that BullMQ recommends. */
const OLDEST: [number, number] = [6, 2];

/** How to connect to a Redis server. */
export interface QueueServer {
  /** Its address without user name, password and parameters: "redis://host:6379/2". */
  readonly name: string;
  /** The library of the queue. */
  readonly bullmq: typeof BullMq;
  /**
   * Opens a connection, which reconnects by itself, with growing pauses. Commands wait meanwhile. It emits `error` for
   * each failed attempt: listen to it. End it with quit() or disconnect().
   */
  connect(): Redis;
  /** A connection's or command's error as one line for the user. */
  explain(error: unknown): TransientError | UsageError;
}

/**
 * Connects to a server once to check its address, password and version.
 * @param url - The value of --queue: redis://, or rediss:// for TLS.
 * @param onWarning - Called with settings that may cause failures later.
 * @throws UsageError if the packages for queues are missing, or if the server refuses the password; TransientError if
 * it cannot be reached.
 */
export async function openServer(
  url: string,
  onWarning: (message: string) => void = () => {},
): Promise<QueueServer> {
  const { bullmq, Redis } = await libraries();
  const name = nameOf(url);
  const explain = (error: unknown) => explained(error, name, secretsOf(url));
  const settings = { lazyConnect: true, maxRetriesPerRequest: null };
  const pause = (times: number) => Math.min(100 * 2 ** Math.min(times, 10), RECONNECT_MS);
  const first = new Redis(url, {
    ...settings,
    connectTimeout: 1000 * CONNECT_SECONDS,
    retryStrategy: () => null,
  });
  let reason: unknown;
  first.on('error', (error) => (reason ??= error)); // more telling than what connect() rejects with
  try {
    await first.connect();
    const info = await within(CONNECT_SECONDS, first.info(), 'timed out');
    if (reason !== undefined) throw reason; // the server has no such database
    checkVersion(info, name, onWarning);
  } catch (error) {
    throw error instanceof UsageError ? error : explain(reason ?? error);
  } finally {
    first.disconnect();
  }
  return {
    name,
    bullmq,
    connect() {
      const redis = new Redis(url, { ...settings, retryStrategy: pause });
      redis.connect().catch(() => {}); // it emits `error`, too
      return redis;
    },
    explain,
  };
}

/** Loads the packages, which only queues need. @throws UsageError if they are missing. */
async function libraries(): Promise<{ bullmq: typeof BullMq; Redis: typeof Redis }> {
  try {
    const [bullmq, { Redis }] = await Promise.all([import('bullmq'), import('ioredis')]);
    return { bullmq, Redis };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError('A queue needs two optional packages: npm install bullmq ioredis');
  }
}

/** The address of a server, for messages. */
export function nameOf(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}

/** Everything in the URL that no message may contain. */
function secretsOf(url: string): string[] {
  const { password, searchParams } = new URL(url);
  const secrets = [password, decodeURIComponent(password), ...searchParams.values()];
  return [...new Set(secrets)].sort((a, b) => b.length - a.length);
}

/**
 * Replaces a library's error, which may contain the server's address or a command's arguments, by one that is safe to
 * print.
 */
function explained(error: unknown, name: string, secrets: string[]): TransientError | UsageError {
  const { code, message } = innermost(error);
  const reason = code && /^[A-Z_]+$/.test(code) ? code : undefined;
  if (/\b(NOAUTH|WRONGPASS|NOPERM)\b|invalid password|without any password/i.test(message)) {
    return new UsageError(
      `The queue ${name} rejects the user name or password in --queue: write it as ${withPassword(name)}.`,
    );
  }
  if (/DB index is out of range/i.test(message))
    return new UsageError(`The queue ${name} has no such database: end --queue with a smaller number.`);
  if (reason && /CERT|SIGNATURE|ISSUER|ALTNAME/.test(reason)) {
    return new UsageError(
      `The certificate of the queue ${name} is not trusted (${reason}): ` +
        "set NODE_EXTRA_CA_CERTS to the file of its authority's certificate.",
    );
  }
  if (reason !== undefined || /^Connection is closed|ECONN|ETIMEDOUT|timed out/.test(message)) {
    return new TransientError(
      `The queue ${name} cannot be reached (${reason ?? 'the connection was closed'}): ` +
        'start its Redis server, or check --queue.',
    );
  }
  const [line] = message.split('\n', 1);
  const safe = withoutSecrets(line, secrets).slice(0, 300);
  const next = /^OOM/.test(message) ? "raise the server's maxmemory" : 'try again';
  return new TransientError(`The queue ${name} failed (${safe}): ${next}.`);
}

const withPassword = (name: string) => name.replace('://', '://USER:PASSWORD@');

/** Node throws one error for all addresses of a host. */
function innermost(error: unknown): { code?: string; message: string } {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0]);
  const { code, message = String(error) } = error as NodeJS.ErrnoException;
  return { code: typeof code === 'string' ? code : undefined, message };
}

/** Warns about a server that may lose entries, and refuses one that is too old. @param info - Its INFO. */
function checkVersion(info: string, name: string, onWarning: (message: string) => void): void {
  const value = (field: string) => new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(value('redis_version') ?? '') ?? [];
  const isOld = Number(major) < OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) < OLDEST[1]);
  if (isOld) {
    throw new UsageError(
      `The queue ${name} runs Redis ${major}.${minor} but must be ${OLDEST.join('.')} or later, or Valkey: upgrade it.`,
    );
  }
  const policy = value('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    onWarning(
      `The queue ${name} may discard segments when its memory is full (maxmemory-policy ${policy.slice(0, 40)}): ` +
        'set the policy to noeviction.',
    );
  }
}
