/**
 * A small S3 server for tests: buckets in memory, path-style addresses, AWS Signature Version 4, conditional writes. It
 * verifies signatures and digests with code of its own, and can be told to answer wrongly, slowly or not at all.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface StoredObject {
  bytes: Buffer;
  /** The headers that are returned with it: its type and metadata. */
  headers: Record<string, string>;
  modified: Date;
}

/** What the server does with a request in place of what it should. */
export interface Fault {
  /** Answers with this status and S3's code for it, or another. */
  status?: number;
  code?: string;
  message?: string;
  headers?: Record<string, string>;
  /** Answers before it has received the body, and ends the connection. */
  early?: boolean;
  /** Does what it should, but then answers as above, or breaks the connection. */
  after?: boolean;
  /** Never answers. */
  silent?: boolean;
  /** Sends the body in this many pieces, 20 ms apart. */
  slow?: number;
  /** Breaks the connection after this many bytes of the body that it sends. */
  truncate?: number;
  /** Breaks the connection after this many bytes of the body that it receives. */
  drop?: number;
  /** Changes a bit of the body that it sends. */
  flip?: boolean;
  /** Sends this in place of the body. */
  body?: string;
}

/** A request as it arrived. */
export interface Received {
  method: string;
  /** The path and the query, as sent. */
  url: string;
  bucket: string;
  /** The object's name, decoded; empty for requests to the bucket. */
  name: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

export interface S3ServerOptions {
  accessKeyId?: string;
  secretAccessKey?: string;
  /** Required with each request if it is set. */
  sessionToken?: string;
  region?: string;
  /** The longest page of a list. */
  page?: number;
  /** How "If-None-Match: *" is treated: "refused" answers 501, "ignored" overwrites. */
  conditions?: 'known' | 'refused' | 'ignored';
  /** Whether lists are percent-encoded on request. */
  encodes?: boolean;
}

const MAX_SKEW_MS = 15 * 60 * 1000;

/** S3's codes for statuses. */
const CODES: Record<number, string> = {
  403: 'AccessDenied',
  404: 'NoSuchKey',
  409: 'ConditionalRequestConflict',
  412: 'PreconditionFailed',
  429: 'TooManyRequests',
  500: 'InternalError',
  501: 'NotImplemented',
  503: 'SlowDown',
};

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message = `Refused: ${code}`,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }
}

export class S3Server {
  /** The objects of each bucket, by name. */
  readonly buckets = new Map<string, Map<string, StoredObject>>();
  /** All requests so far. */
  readonly requests: Received[] = [];
  readonly options: Required<Omit<S3ServerOptions, 'sessionToken'>> & { sessionToken?: string };
  private readonly faults: { matches: (request: Received) => boolean; fault: Fault; times: number }[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(options: S3ServerOptions) {
    this.options = {
      accessKeyId: 'AKIDTEST',
      secretAccessKey: 'a/secret+key=of/tests',
      region: 'us-east-1',
      page: 1000,
      conditions: 'known',
      encodes: true,
      ...options,
    };
    const serve = (request: IncomingMessage, response: ServerResponse) => {
      this.serve(request, response).catch(() => request.socket.destroy());
    };
    this.server = createServer(serve).on('checkContinue', serve);
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  /** Starts a server with a bucket named "bucket". */
  static async start(options: S3ServerOptions = {}): Promise<S3Server> {
    const server = new S3Server(options);
    server.buckets.set('bucket', new Map());
    server.server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    return server;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The environment for clients of this server. */
  get env(): Record<string, string> {
    const { accessKeyId, secretAccessKey, sessionToken, region } = this.options;
    return {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      ...(sessionToken && { AWS_SESSION_TOKEN: sessionToken }),
      AWS_REGION: region,
      AWS_ENDPOINT_URL_S3: this.endpoint,
    };
  }

  /** The objects of the bucket that it starts with. */
  get objects(): Map<string, StoredObject> {
    return this.buckets.get('bucket')!;
  }

  /** The number of connections that are open. */
  get connections(): number {
    return this.sockets.size;
  }

  /** Meets the next requests of a method ("PUT"), or any that match, with a fault. */
  meet(requests: string | ((request: Received) => boolean), fault: Fault, times = 1): void {
    const matches = typeof requests === 'string' ? ({ method }: Received) => method === requests : requests;
    this.faults.push({ matches, fault, times });
  }

  /** Forgets what it was told with meet(), and all requests. */
  reset(): void {
    this.faults.length = 0;
    this.requests.length = 0;
  }

  /** How many requests of a method there have been. */
  count(method: string): number {
    return this.requests.filter((request) => request.method === method).length;
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private async serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '/', method = '', headers } = message;
    const [path, query = ''] = url.split('?');
    const [bucket, ...parts] = path.slice(1).split('/').map(decodeURIComponent);
    const request: Received = { method, url, bucket, name: parts.join('/'), headers, body: Buffer.alloc(0) };
    this.requests.push(request);
    const fault = this.nextFault(request);
    if (fault.early) {
      this.refuse(request, response, refusalOf(fault));
      response.once('finish', () => message.socket.destroy());
      return;
    }
    if (headers.expect !== undefined) response.writeContinue();
    const received: Buffer[] = [];
    let size = 0;
    for await (const part of message) {
      received.push(part);
      size += part.length;
      if (fault.drop !== undefined && size >= fault.drop) return void message.socket.destroy();
    }
    if (fault.drop !== undefined) return void message.socket.destroy();
    request.body = Buffer.concat(received);
    if (fault.silent) return;
    try {
      if (fault.status && !fault.after) throw refusalOf(fault);
      this.authenticate(request, path, query);
      const objects = this.buckets.get(bucket);
      if (!objects) throw new Refusal(404, 'NoSuchBucket', 'There is no such bucket.');
      const answer = this.answer(request, objects, new URLSearchParams(query));
      if (fault.after && !fault.status) return void message.socket.destroy();
      if (fault.after) throw refusalOf(fault);
      await this.send(response, method, answer, fault);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.refuse(request, response, error);
    }
  }

  private nextFault(request: Received): Fault {
    const found = this.faults.find(({ matches, times }) => times > 0 && matches(request));
    if (!found) return {};
    found.times--;
    return found.fault;
  }

  /** Verifies a request's signature, time and digests. */
  private authenticate({ method, headers, body }: Received, path: string, query: string): void {
    const { accessKeyId, secretAccessKey, sessionToken, region } = this.options;
    const header = (name: string) => String(headers[name] ?? '');
    const [, id, date, zone, signed, signature] =
      /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
        header('authorization'),
      ) ?? [];
    if (id === undefined) throw new Refusal(403, 'AccessDenied', 'Access Denied.');
    if (id !== accessKeyId) {
      throw new Refusal(403, 'InvalidAccessKeyId', 'The access key is unknown.');
    }
    if (zone !== region) {
      throw new Refusal(
        400,
        'AuthorizationHeaderMalformed',
        `the region '${zone}' is wrong; expecting '${region}'`,
        {
          'x-amz-bucket-region': region,
        },
      );
    }
    const time = header('x-amz-date');
    const at = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
    if (!(Math.abs(at - Date.now()) < MAX_SKEW_MS)) throw new Refusal(403, 'RequestTimeTooSkewed');
    if (sessionToken !== undefined && header('x-amz-security-token') !== sessionToken) {
      throw new Refusal(400, 'InvalidToken');
    }
    const names = signed.split(';');
    const mustBeSigned = ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-amz-'))];
    if (!mustBeSigned.every((name) => names.includes(name)))
      throw new Refusal(403, 'AccessDenied', 'not signed');
    const digest = header('x-amz-content-sha256');
    const request = { method, path, query, headers: names.map((name) => [name, header(name)]), digest };
    const expected = signatureOf({ request, time, date, region, secretAccessKey });
    if (!timingSafeEqual(Buffer.from(expected), Buffer.from(signature))) {
      throw new Refusal(403, 'SignatureDoesNotMatch', 'The signature is wrong.');
    }
    if (digest !== hash('sha256', body).toString('hex')) throw new Refusal(400, 'XAmzContentSHA256Mismatch');
    const md5 = header('content-md5');
    if (md5 && md5 !== hash('md5', body).toString('base64')) throw new Refusal(400, 'BadDigest');
    if (method === 'PUT' && headers['content-length'] === undefined)
      throw new Refusal(411, 'MissingContentLength');
  }

  private answer(request: Received, objects: Map<string, StoredObject>, query: URLSearchParams): Answer {
    const { method, name, headers, body } = request;
    if (name === '') {
      if (method === 'GET' && query.get('list-type') === '2') return this.list(objects, query);
      throw new Refusal(405, 'MethodNotAllowed');
    }
    const object = objects.get(name);
    switch (method) {
      case 'PUT': {
        const condition = headers['if-none-match'];
        const { conditions } = this.options;
        if (condition !== undefined && conditions === 'refused') {
          throw new Refusal(501, 'NotImplemented', 'This server does not support conditional writes.');
        }
        if (condition === '*' && object && conditions === 'known') throw refusalOf({ status: 412 });
        const kept = Object.entries(headers).filter(([name]) => /^(x-amz-meta-.*|content-type)$/.test(name));
        objects.set(name, { bytes: body, headers: Object.fromEntries(kept) as never, modified: new Date() });
        return { status: 200, headers: { etag: etagOf(body) }, body: Buffer.alloc(0) };
      }
      case 'GET':
      case 'HEAD':
        if (!object) throw new Refusal(404, 'NoSuchKey', 'There is no such object.');
        return {
          status: 200,
          headers: { ...object.headers, etag: etagOf(object.bytes) },
          body: object.bytes,
        };
      case 'DELETE':
        objects.delete(name);
        return { status: 204, headers: {}, body: Buffer.alloc(0) };
      default:
        throw new Refusal(405, 'MethodNotAllowed');
    }
  }

  /** ListObjectsV2. Tokens are the last name of the page before, disguised. */
  private list(objects: Map<string, StoredObject>, query: URLSearchParams): Answer {
    const { page, encodes } = this.options;
    const prefix = query.get('prefix') ?? '';
    const delimiter = query.get('delimiter') ?? '';
    const isEncoded = encodes && query.get('encoding-type') === 'url';
    const shown = (text: string) =>
      isEncoded ? encodeURIComponent(text).replace(/%2F/g, '/').replace(/%20/g, '+') : escaped(text);
    const token = query.get('continuation-token');
    const after =
      token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString();
    const all = [...objects.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const names: string[] = [];
    const folders = new Set<string>();
    const most = Math.min(page, Number(query.get('max-keys') ?? page));
    let last = '';
    let isMore = false;
    for (const name of all) {
      if (!name.startsWith(prefix) || (after && Buffer.compare(Buffer.from(name), Buffer.from(after)) <= 0))
        continue;
      const end = delimiter ? name.indexOf(delimiter, prefix.length) : -1;
      const folder = end < 0 ? undefined : name.slice(0, end + delimiter.length);
      if (folder !== undefined && folders.has(folder)) {
        last = name;
        continue;
      }
      isMore = names.length + folders.size >= most;
      if (isMore) break;
      if (folder === undefined) names.push(name);
      else folders.add(folder);
      last = name;
    }
    const next = Buffer.from(last).toString('base64url');
    const contents = names.map((name) => {
      const { bytes, modified } = objects.get(name)!;
      return `<Contents><Key>${shown(name)}</Key><LastModified>${modified.toISOString()}</LastModified><ETag>${escaped(etagOf(bytes))}</ETag><Size>${bytes.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
    });
    const prefixes = [...folders].map(
      (name) => `<CommonPrefixes><Prefix>${shown(name)}</Prefix></CommonPrefixes>`,
    );
    const body =
      '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">' +
      `<Name>bucket</Name><Prefix>${shown(prefix)}</Prefix><KeyCount>${names.length + folders.size}</KeyCount>` +
      `<MaxKeys>${most}</MaxKeys><IsTruncated>${isMore}</IsTruncated>` +
      `${isEncoded ? '<EncodingType>url</EncodingType>' : ''}` +
      `${isMore ? `<NextContinuationToken>${escaped(next)}</NextContinuationToken>` : ''}` +
      `${contents.join('')}${prefixes.join('')}</ListBucketResult>`;
    return { status: 200, headers: { 'content-type': 'application/xml' }, body: Buffer.from(body) };
  }

  private async send(response: ServerResponse, method: string, answer: Answer, fault: Fault): Promise<void> {
    const { status, headers } = answer;
    let body = fault.body === undefined ? answer.body : Buffer.from(fault.body);
    if (fault.flip) {
      body = Buffer.from(body);
      body[body.length >> 1] ^= 1;
    }
    const length = status === 204 ? {} : { 'content-length': String(body.length) };
    response.writeHead(status, { ...headers, ...length });
    if (method === 'HEAD') return void response.end();
    if (fault.truncate !== undefined) {
      response.write(body.subarray(0, fault.truncate), () => response.destroy());
      return;
    }
    const pieces = fault.slow ?? 1;
    const size = Math.max(1, Math.ceil(body.length / pieces));
    for (let at = 0; at < body.length; at += size) {
      response.write(body.subarray(at, at + size));
      if (pieces > 1) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    response.end();
  }

  private refuse(
    { method }: Received,
    response: ServerResponse,
    { status, code, message, headers }: Refusal,
  ): void {
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${escaped(message)}</Message><RequestId>1</RequestId></Error>`;
    response.writeHead(status, { 'content-type': 'application/xml', ...headers });
    response.end(method === 'HEAD' ? undefined : body);
  }
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

interface Signed {
  method: string;
  /** As sent: percent-encoded. */
  path: string;
  query: string;
  /** The signed headers, in the order of their names. */
  headers: string[][];
  /** The SHA-256 of the body, in hexadecimal. */
  digest: string;
}

/**
 * The signature of a request, as defined in
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function signatureOf(options: {
  request: Signed;
  time: string;
  date: string;
  region: string;
  secretAccessKey: string;
}): string {
  const { request, time, date, region, secretAccessKey } = options;
  const { method, path, query, headers, digest } = request;
  const pairs = query === '' ? [] : query.split('&').map((pair) => (pair.includes('=') ? pair : `${pair}=`));
  const canonical = [
    method,
    path,
    pairs.sort().join('&'),
    ...headers.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, ' ')}`),
    '',
    headers.map(([name]) => name).join(';'),
    digest,
  ].join('\n');
  const scope = `${date}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', time, scope, hash('sha256', canonical).toString('hex')].join('\n');
  const key = [date, region, 's3', 'aws4_request'].reduce(
    (key: Buffer, part) => hmac(key, part),
    Buffer.from(`AWS4${secretAccessKey}`),
  );
  return hmac(key, text).toString('hex');
}

const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const hash = (name: string, data: string | Buffer) => createHash(name).update(data).digest();
const etagOf = (bytes: Buffer) => `"${hash('md5', bytes).toString('hex')}"`;

function refusalOf({ status = 500, code, message, headers }: Fault): Refusal {
  return new Refusal(status, code ?? CODES[status] ?? 'Error', message, headers);
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
