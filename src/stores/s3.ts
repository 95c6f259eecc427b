/**
 * Files under keys in an S3-compatible object store: Amazon's, or another that AWS_ENDPOINT_URL_S3 names. Each file is
 * one object, which appears once it is complete; a segment's small companion is another, stored before it. An object's
 * metadata has its size, and a digest of its name and bytes, so that those cut short, changed or swapped are detected.
 */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream, promises as fs } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Environment } from '../core/ambient.js';
import { RenderError, TransientError } from '../core/errors.js';
import { BESIDE } from '../outputs/index.js';
import { cannotWrite } from '../system/folders.js';
import type { KeyedFiles, Taken } from './keyed-files.js';
import { type ClientOptions, CutShort, readText, S3Client, S3Error } from './s3-client.js';
import { readSettings, type S3Settings } from './s3-settings.js';
import { elements, textOf } from './s3-xml.js';

export interface S3Options extends ClientOptions {
  env?: Environment | undefined;
}

const SIZE = 'x-amz-meta-untrained-size';
const DIGEST = 'x-amz-meta-untrained-digest';

/** The largest file that one request can store, in bytes: S3's limit. */
const LARGEST = 5 * 2 ** 30;

/** Up to this many keys are looked up one by one; for more, the objects are listed. */
const FEW = 20;
/** Requests at a time when keys are looked up. */
const AT_A_TIME = 16;
/** A list of more pages than this for each key costs more than looking up what is left. */
const PAGES_PER_KEY = 1 / 50;
const LEAST_PAGES = 10;
/** A page of a list has at most 1,000 names of 1,024 bytes. */
const PAGE_BYTES = 16 << 20;

/** Errors in writing that are the disk's rather than the connection's. */
const DISK = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EROFS', 'ESTALE'];

/** An object's size and digests. */
interface Described {
  size: number;
  /** SHA-256 of the bytes, in hexadecimal. */
  sha256: string;
  /** MD5 of the bytes, in base64; undefined where MD5 is not allowed. */
  md5: string | undefined;
  /** SHA-256 of the name and the bytes. */
  digest: string;
}

export class S3Files implements KeyedFiles {
  readonly name: string;
  private readonly client: S3Client;
  private verified: Promise<void> | undefined;
  /** Whether the server supports conditional writes, as far as is known. */
  private conditional = true;

  private constructor(
    private readonly settings: S3Settings,
    options: S3Options,
  ) {
    const { bucket, prefix } = settings;
    this.name = `s3://${bucket}${prefix && `/${prefix}`}`;
    this.client = new S3Client(settings, this.name, options);
  }

  /** @throws UsageError if the address or the settings are wrong, or access keys are missing. */
  static async open(place: string, options: S3Options = {}): Promise<S3Files> {
    return new S3Files(await readSettings(place, options.env), options);
  }

  /**
   * Makes sure that the server, the bucket and the keys are right, once: only answers to lists say what is wrong.
   * @throws UsageError if they are wrong, TransientError if the server cannot be reached.
   */
  ready(): Promise<void> {
    this.verified ??= this.page({ 'max-keys': '1' }).then(
      () => {},
      (error) => {
        this.verified = undefined; // a later attempt may succeed
        throw error;
      },
    );
    return this.verified;
  }

  async among(keys: readonly string[]): Promise<Set<string>> {
    await this.ready();
    const there = new Set<string>();
    const unknown = keys.length > FEW ? await this.list(new Set(keys), there) : new Set(keys);
    const left = unknown.values();
    const look = async () => {
      for (const key of left) if (await this.has(key)) there.add(key);
    };
    await all(Array.from({ length: AT_A_TIME }, look));
    return there;
  }

  async take(key: string, to: string): Promise<Taken> {
    await this.ready();
    try {
      const taken = await this.get(key, to);
      if (taken === 'damaged') await this.delete(key);
      if (taken !== 'taken') return taken;
      // Without its companion, a segment is as good.
      if ((await this.get(key + BESIDE, to + BESIDE)) === 'damaged') await this.delete(key + BESIDE);
      return 'taken';
    } catch (error) {
      for (const path of [to, to + BESIDE]) await fs.rm(path, { force: true }).catch(() => {});
      throw error;
    }
  }

  async put(key: string, from: string): Promise<void> {
    await this.ready();
    const hasCompanion = await fs.access(from + BESIDE).then(
      () => true,
      () => false,
    );
    if (hasCompanion) await this.store(key + BESIDE, from + BESIDE);
    await this.store(key, from);
  }

  async remove(key: string): Promise<void> {
    for (const name of [key, key + BESIDE]) await this.delete(name);
  }

  async close(): Promise<void> {
    this.client.close();
  }

  /** Whether there is an object of that name, of the size that was stored. */
  private has(name: string): Promise<boolean> {
    return this.client.send(
      { method: 'HEAD', name, expected: [404] },
      (answer) => answer.statusCode !== 404 && isWhole(answer.headers),
    );
  }

  /**
   * Lists objects and adds those of these keys that are among them to `there`.
   * @returns The keys still to be looked up: a list ends early if that is cheaper.
   */
  private async list(keys: ReadonlySet<string>, there: Set<string>): Promise<Set<string>> {
    const start = this.settings.prefix && `${this.settings.prefix}/`;
    const most = Math.max(LEAST_PAGES, Math.ceil(keys.size * PAGES_PER_KEY));
    let token: string | undefined;
    for (let pages = 0; pages < most; pages++) {
      const { names, next } = await this.page(token === undefined ? {} : { 'continuation-token': token });
      for (const name of names) {
        const key = name.startsWith(start) ? name.slice(start.length) : '';
        if (keys.has(key)) there.add(key);
      }
      if (next === undefined) return new Set();
      if (next === token) break; // a server that repeats itself
      token = next;
    }
    return new Set([...keys].filter((key) => !there.has(key)));
  }

  /** A page of the list of objects. */
  private page(more: Record<string, string>): Promise<{ names: string[]; next: string | undefined }> {
    const { prefix } = this.settings;
    const query = {
      'list-type': '2',
      delimiter: '/',
      'encoding-type': 'url',
      prefix: prefix && `${prefix}/`,
      ...more,
    };
    return this.client.send({ method: 'GET', query }, async (answer) => {
      const xml = await readText(answer, PAGE_BYTES);
      if (!xml.includes('<ListBucketResult') || !xml.trimEnd().endsWith('>'))
        throw new S3Error(200, 'not a list of objects', 'is it an S3 server?');
      const isEncoded = textOf(xml, 'EncodingType') === 'url';
      const names = [...elements(xml, 'Contents')].map((contents) => {
        const name = textOf(contents, 'Key') ?? '';
        return isEncoded ? decodeName(name) : name;
      });
      const isMore = textOf(xml, 'IsTruncated') === 'true';
      return { names, next: isMore ? textOf(xml, 'NextContinuationToken') : undefined };
    });
  }

  /** Copies an object to a file. The damaged one is left, and no file. */
  private async get(name: string, to: string): Promise<Taken> {
    const receive = async (answer: IncomingMessage): Promise<Taken> => {
      if (answer.statusCode === 404) return this.missing(answer);
      if (!isWhole(answer.headers)) {
        answer.destroy();
        return 'damaged';
      }
      const hash = createHash('sha256').update(name);
      const size = await save(answer, to, hash);
      const stored = Number(answer.headers[SIZE]);
      if (size < stored && answer.headers['content-length'] === undefined) throw new CutShort();
      return size === stored && hash.digest('hex') === answer.headers[DIGEST] ? 'taken' : 'damaged';
    };
    // What looks damaged is read twice: it may have been damaged on the way.
    for (let reading = 1; ; reading++) {
      const taken = await this.client.send({ method: 'GET', name, expected: [404] }, receive);
      if (taken === 'taken') return taken;
      await fs.rm(to, { force: true });
      if (taken === 'missing' || reading === 2) return taken;
    }
  }

  /** Stores a file as an object, unless there is one. */
  private async store(name: string, from: string): Promise<void> {
    const described = await describe(name, from);
    const { size, sha256, md5, digest } = described;
    if (size > LARGEST) {
      throw new RenderError(
        `${name} has ${size} bytes, but S3 accepts at most ${LARGEST} in one upload: use a folder as --store, or a lower quality.`,
      );
    }
    const headers = {
      'content-type': 'application/octet-stream',
      [SIZE]: String(size),
      [DIGEST]: digest,
      ...(md5 !== undefined && { 'content-md5': md5 }),
    };
    for (let round = 0; round < 4; round++) {
      if (!this.conditional && (await this.has(name))) return;
      const condition: Record<string, string> = this.conditional ? { 'if-none-match': '*' } : {};
      const status = await this.client.send(
        {
          method: 'PUT',
          name,
          headers: { ...headers, ...condition },
          body: { path: from, size, sha256 },
          expected: this.conditional ? [412, 501] : [412],
        },
        (answer) => answer.statusCode!,
        // If the connection broke, the object may have arrived.
        async () => ((await this.has(name)) ? 200 : undefined),
      );
      if (status < 300 || (status === 412 && (await this.has(name)))) return;
      if (status === 412)
        await this.delete(name); // it is not whole
      else this.conditional = false; // 501: the server does not know conditional writes
    }
    throw new TransientError(
      `${name} cannot be stored in ${this.name} because other processes keep changing it: try again later.`,
    );
  }

  /** @throws S3Error if it is the bucket that is missing. */
  private async missing(answer: IncomingMessage): Promise<Taken> {
    const error = await this.client.errorOf(answer);
    if (error.code === 'NoSuchBucket') throw error;
    return 'missing';
  }

  private delete(name: string): Promise<void> {
    return this.client.send({ method: 'DELETE', name, expected: [404] }, () => {});
  }
}

/** Waits for all, even if one fails: none may go on unobserved. */
async function all(work: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

/** Whether an object has the metadata that we store with it, and the size that these state. */
function isWhole(headers: IncomingHttpHeaders): boolean {
  const { [SIZE]: size, [DIGEST]: digest, 'content-length': length = size } = headers;
  return /^\d{1,15}$/.test(String(size)) && /^[0-9a-f]{64}$/.test(String(digest)) && length === size;
}

/** Writes an answer to a file. @returns The number of bytes. @throws TransientError if the disk fails. */
async function save(answer: IncomingMessage, to: string, hash: Hash): Promise<number> {
  let size = 0;
  try {
    await pipeline(
      answer,
      async function* (parts: AsyncIterable<Buffer>) {
        for await (const part of parts) {
          size += part.length;
          hash.update(part);
          yield part;
        }
      },
      createWriteStream(to),
    );
  } catch (error) {
    const { code = '', path } = error as NodeJS.ErrnoException;
    if (path === undefined && !DISK.includes(code)) throw error; // the connection's
    throw cannotWrite(`${to} cannot be written`, error, 'fix this, then try again');
  }
  return size;
}

/** Reads a file once, for everything that must be known before it is sent. */
async function describe(name: string, path: string): Promise<Described> {
  const [bytes, named] = [createHash('sha256'), createHash('sha256').update(name)];
  let md5: Hash | undefined;
  try {
    md5 = createHash('md5');
  } catch {
    // OpenSSL in FIPS mode has none
  }
  let size = 0;
  for await (const part of createReadStream(path, { highWaterMark: 1 << 20 })) {
    size += part.length;
    for (const hash of [bytes, named, md5]) hash?.update(part);
  }
  return { size, sha256: bytes.digest('hex'), md5: md5?.digest('base64'), digest: named.digest('hex') };
}

/** Decodes a name in a list: percent-encoded, with "+" for spaces. */
function decodeName(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
