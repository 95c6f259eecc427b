/** The sound of a composed scene's film: from what the page found to parts of files on this machine. */
import { stat } from 'node:fs/promises';
import { basename, extname, join, relative, sep } from 'node:path';
import { UsageError } from '../../core/errors.js';
import type { Clip, Soundtrack } from '../../sound/soundtrack.js';
import type { Bundle } from './bundle.js';
import { contentOf } from './content.js';
import type { Hosts } from './hosts.js';
import type { FilmSound } from './page/protocol.js';
import { metaOf, type Target } from './target.js';

/** Where the page's addresses lead to. */
export interface Addresses {
  /** The page's address, and its origin. */
  url: string;
  origin: string;
  bundle: Pick<Bundle, 'files' | 'sources' | 'publicFolder' | 'heard'>;
  /** What hosts respond to requests for videos and for the project's audio. */
  hosts: Hosts;
  /** Writes a file that exists only in memory, and returns its path. */
  keep(content: Uint8Array, ending: string): Promise<string>;
  /** Whether a video has sound. @throws UsageError, in one line, for a file that cannot be read. */
  hasSound(path: string): Promise<boolean>;
  /** Called with what is left out, and why. */
  onWarning(text: string): void;
}

/** The most parts of videos that are heard. A film that has more changes a video's rate in each frame. */
const MOST_CLIPS = 500;

/**
 * A film's sound. Its times count from the start of the whole film.
 * @throws UsageError if the project's audio does not exist.
 */
export async function soundtrackOf(
  { audio, videos, followed }: FilmSound,
  target: Target,
  addresses: Addresses,
): Promise<Soundtrack | undefined> {
  const clips: Clip[] = [];
  if (audio) {
    const file = await fileAt(audio.src, addresses);
    if (file.path !== undefined) {
      const offset = savedOffset(target) ?? audio.offset ?? 0;
      clips.push(placed(await clipOf(file.path), offset));
    } else if (file.missing !== undefined) {
      throw new UsageError(
        `The project's audio is "${audio.name}", but there is no ${relative('.', file.missing)}: check its path, or use --no-audio.`,
      );
    } else {
      addresses.onWarning(`The project's audio, ${shortened(audio.name)}, is left out: ${file.problem}.`);
    }
  }
  clips.push(...(await clipsOfVideos(videos, addresses)));
  // As for a sweep, the one sound that a scene follows is the film's. A project names its own.
  const [sound, ...others] = followed;
  if (target.kind === 'scene' && clips.length === 0 && sound && others.length === 0) {
    const path = addresses.bundle.heard.files.get(sound.file);
    if (path !== undefined && (await isFile(path))) clips.push(placed(await clipOf(path), sound.offset));
  }
  return clips.length > 0 ? { clips } : undefined;
}

async function clipsOfVideos(videos: FilmSound['videos'], addresses: Addresses): Promise<Clip[]> {
  const files = new Map<string, Pick<Clip, 'path' | 'sha256'> | undefined>();
  for (const src of new Set(videos.map(({ src }) => src))) {
    const leaveOut = (why: string) =>
      addresses.onWarning(`The sound of the video ${shortened(src)} is left out: ${why}.`);
    const { path, problem, missing } = await fileAt(src, addresses);
    if (path === undefined) leaveOut(problem ?? `there is no ${missing}`);
    else {
      try {
        if (await addresses.hasSound(path)) files.set(src, await clipOf(path));
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        leaveOut(error.message.replace(/\.$/, ''));
      }
    }
  }
  const heard = videos.filter(({ src }) => files.get(src));
  if (heard.length > MOST_CLIPS) {
    addresses.onWarning(
      `The sound of the videos is left out: it would have ${heard.length} parts, but at most ${MOST_CLIPS} are mixed. ` +
        'Change the playback rate of videos less often.',
    );
    return [];
  }
  return heard.map(({ src, at, from, seconds, rate }) => ({
    ...files.get(src)!,
    at,
    from,
    seconds,
    ...(rate !== 1 && { rate }),
  }));
}

/** The offset that was set in Motion Canvas's editor, which ignores the one in the project's code. In seconds. */
function savedOffset({ kind, path }: Target): number | undefined {
  const offset = kind === 'project' ? metaOf(path).shared?.audioOffset : undefined;
  return typeof offset === 'number' && Number.isFinite(offset) ? offset : undefined;
}

/** A whole sound. @param offset - When it starts, in seconds; below 0, that much of its beginning is left out. */
function placed(file: Pick<Clip, 'path' | 'sha256'>, offset: number): Clip {
  return { ...file, at: Math.max(0, offset), from: Math.max(0, -offset) };
}

async function clipOf(path: string): Promise<Pick<Clip, 'path' | 'sha256'>> {
  return { path, sha256: await contentOf(path, await stat(path)) };
}

/** The file that an address leads to; or the path of the one that is missing, or another problem. */
interface Found {
  path?: string;
  missing?: string;
  problem?: string;
}

async function fileAt(address: string, { url, origin, bundle, hosts, keep }: Addresses): Promise<Found> {
  const { protocol, host, pathname, origin: its } = new URL(address);
  if (protocol === 'data:') {
    const content = contentOfData(address);
    if (!content) return { problem: 'its data: address cannot be read' };
    return { path: await keep(content.bytes, content.ending) };
  }
  if (protocol === 'blob:') return { problem: 'the scene has made it in the page, so it is not in a file' };
  if (its === origin) {
    const path = decoded(pathname);
    const secret = new URL(url).pathname;
    const name = path.startsWith(secret) ? path.slice(secret.length) : path.slice(1);
    const source = bundle.sources.get(name);
    if (path.startsWith(secret) && source !== undefined && (await isFile(source))) return { path: source };
    const content = path.startsWith(secret) ? bundle.files.get(name) : undefined;
    if (content !== undefined) return { path: await keep(Buffer.from(content), extname(name)) };
    const file = join(bundle.publicFolder, name);
    if (!file.startsWith(bundle.publicFolder + sep)) return { problem: 'it is outside the public folder' };
    return (await isFile(file)) ? { path: file } : { missing: file };
  }
  if (protocol !== 'https:') return { problem: 'only https: addresses can be loaded' };
  if (!hosts.names.includes(host))
    return {
      problem: `pages have no network access (allow it with --allow-host ${host}, or import the file)`,
    };
  try {
    const { body } = await hosts.answer(address);
    return { path: await keep(body, extname(pathname)) };
  } catch (error) {
    return { problem: (error as Error).message.replace(/\.$/, '') };
  }
}

const isFile = async (path: string) => (await stat(path).catch(() => undefined))?.isFile() ?? false;

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The content of a data: address, with an ending for its type. */
function contentOfData(address: string): { bytes: Buffer; ending: string } | undefined {
  const [, head, body] = /^data:([^,]*),(.*)$/s.exec(address) ?? [];
  if (head === undefined) return undefined;
  const [, ending = 'bin'] = /^(?:audio|video)\/(?:x-)?(\w+)/.exec(head) ?? [];
  const bytes = /;base64$/i.test(head.trim())
    ? Buffer.from(decoded(body), 'base64')
    : Buffer.from(decoded(body), 'latin1');
  return bytes.length > 0 ? { bytes, ending: `.${ending}` } : undefined;
}

/** An address for a message. */
function shortened(address: string): string {
  if (address.startsWith('data:')) return `${address.slice(0, 30)}...`;
  if (!/^https?:\/\/127\.0\.0\.1[:/]/.test(address)) return address;
  return basename(decoded(new URL(address).pathname));
}
