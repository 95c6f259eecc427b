/**
 * Whether the process that made a folder is still running. Its process ID alone is not enough: IDs recur, in containers
 * all the time, since each counts from 1. So the folder's name identifies its owner more precisely, and the owner
 * listens at a socket in it: the kernel closes the socket however the owner exits, and any process on the machine can
 * connect to it.
 */

import { createHash } from 'node:crypto';
import { promises as fs, readFileSync, readlinkSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';

/** The age at which another machine's files count as abandoned, since its processes are not visible from here. */
const STALE_MS = 24 * 60 * 60 * 1000;

/** The machine and its current boot; other machines may share a disk with it. */
const MACHINE = short(read('/proc/sys/kernel/random/boot_id') ?? hostname());

/** The namespace in which process IDs are unique. */
const WORLD = short(`${hostname()} ${link('/proc/self/ns/pid')}`);

/** When this process started, in an arbitrary unit. */
const BEGAN = begin('self') ?? String(Math.round(performance.timeOrigin / 1000));

/** The part of a folder's name that identifies this process, followed by a random part. */
export const OWNER = `${MACHINE}${WORLD}-${process.pid}-${BEGAN}`;

const OWNED = /^([0-9a-f]{6})([0-9a-f]{6})-(\d+)-(\d+)-/;

const SOCKET = 'alive';

/** The longest socket path, in bytes: a longer one would be silently truncated. */
const LONGEST = 100;

/**
 * Listens in a folder so that others can check whether its owner is alive. Does not keep the process running.
 * @returns A function that stops it; call it before the folder is removed.
 */
export async function listenIn(folder: string): Promise<() => Promise<void>> {
  if (process.platform === 'win32') return async () => {}; // Windows has no socket files
  const path = await socketIn(folder);
  if (!path) return async () => {};
  const server: Server = createServer((socket) => socket.destroy());
  const listening = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)); // not every file system has sockets
    server.listen(path.name, () => resolve(true));
  });
  server.unref();
  return async () => {
    if (listening) await new Promise((closed) => server.close(closed)); // also removes the socket's file
    await path.close();
  };
}

/** Whether a folder's owner has exited. @param own - The folder's name, from the owner on. */
export async function isAbandoned(folder: string, own: string): Promise<boolean> {
  const [, machine, world, pid, began] = OWNED.exec(own) ?? [];
  if (machine !== MACHINE) return isOlderThan(folder, STALE_MS);
  const answer = await ask(folder);
  if (answer !== undefined) return !answer;
  return world === WORLD ? !isRunning(Number(pid), began) : isOlderThan(folder, STALE_MS);
}

/** Whether anyone listens in the folder; undefined if unknown. */
async function ask(folder: string): Promise<boolean | undefined> {
  const path = process.platform === 'win32' ? undefined : await socketIn(folder);
  if (!path) return undefined;
  const answer = await new Promise<boolean | undefined>((resolve) => {
    const socket = connect(path.name);
    socket.once('connect', () => resolve(true));
    socket.once('error', ({ code }: NodeJS.ErrnoException) =>
      resolve(code === 'ECONNREFUSED' ? false : undefined),
    );
    socket.once('close', () => resolve(undefined));
    socket.once('connect', () => socket.destroy());
  });
  await path.close();
  return answer;
}

/** The path of a folder's socket. If it is too long, Linux can reach it through the open folder. */
async function socketIn(folder: string): Promise<{ name: string; close(): Promise<void> } | undefined> {
  const name = join(folder, SOCKET);
  if (Buffer.byteLength(name) <= LONGEST) return { name, close: async () => {} };
  if (process.platform !== 'linux') return undefined;
  const handle = await fs.open(folder).catch(() => undefined);
  if (!handle) return undefined;
  return { name: `/proc/self/fd/${handle.fd}/${SOCKET}`, close: () => handle.close().catch(() => {}) };
}

/** Whether the process with that ID is the one that started then. */
function isRunning(pid: number, began: string): boolean {
  if (pid === process.pid) return began === BEGAN;
  try {
    process.kill(pid, 0); // signal 0 only checks that it exists
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false; // EPERM: it exists but belongs to another user
  }
  return (begin(String(pid)) ?? began) === began;
}

/** When a process started, in clock ticks since boot; undefined if /proc does not have it. */
function begin(pid: string): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]; // the process's name, in brackets, may contain anything
}

/** Whether nothing in the folder has been written for `ms` milliseconds. */
async function isOlderThan(folder: string, ms: number): Promise<boolean> {
  try {
    const files = [folder, ...(await fs.readdir(folder)).map((name) => join(folder, name))];
    const times = await Promise.all(files.map(async (file) => (await fs.lstat(file)).mtimeMs));
    return Math.max(...times) < Date.now() - ms;
  } catch {
    return false; // it changed while we looked, so it is in use
  }
}

function short(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 6);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function link(path: string): string {
  try {
    return basename(readlinkSync(path));
  } catch {
    return '';
  }
}
