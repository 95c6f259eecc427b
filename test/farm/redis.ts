/**
 * Redis servers for tests: a database of the server that UNTRAINED_TEST_REDIS names, or a server of one's own, from
 * PATH. Without either, the tests that need one are skipped, and say so.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll } from 'vitest';
import { freePorts } from './cluster.js';

/** Whether servers of one's own can be started here. */
export const hasServer = spawnSync('redis-server', ['--version']).status === 0;

/** Whether there is any server for tests. */
export const hasRedis = hasServer || process.env.UNTRAINED_TEST_REDIS !== undefined;

if (!hasRedis) {
  console.warn(
    'SKIPPED: these tests need Redis. Install redis-server, or set UNTRAINED_TEST_REDIS to its URL.',
  );
}

/**
 * An empty database for the tests of a file, until they are over.
 * @param number - Another one for each file: files may share a server.
 * @returns Its URL.
 */
export async function testRedis(number: number): Promise<string> {
  const { UNTRAINED_TEST_REDIS: shared } = process.env;
  if (shared === undefined) return (await startRedis()).url;
  const url = new URL(shared);
  url.pathname = `/${number}`;
  const redis = new Redis(url.href);
  await redis.flushdb();
  await redis.quit();
  return url.href;
}

export interface RedisServer {
  url: string;
  port: number;
  /** Kills it. */
  stop(): Promise<void>;
}

/** Stops the servers of a file's tests. Hooks that are added within a hook or a test would never run. */
const stops: (() => Promise<void>)[] = [];
afterAll(async () => {
  await Promise.all(stops.map((stop) => stop()));
});

/** Starts a server, which is stopped after the tests of the file. It stores nothing on disk. */
export async function startRedis({
  password,
  port,
}: {
  password?: string;
  port?: number;
} = {}): Promise<RedisServer> {
  const at = port ?? (await freePorts(1))[0];
  const folder = mkdtempSync(join(tmpdir(), 'untrained-redis-'));
  const secret = password === undefined ? [] : ['--requirepass', password];
  const args = ['--port', `${at}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder, ...secret];
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const stop = async () => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  stops.push(stop);
  await new Promise<void>((resolve, reject) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('Ready to accept connections')) resolve();
    });
    child.once('exit', () => reject(new Error(`redis-server ended: ${said}`)));
  });
  const user = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
  return { url: `redis://${user}127.0.0.1:${at}`, port: at, stop };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
