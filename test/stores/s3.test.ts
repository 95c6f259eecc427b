/** A store in S3: against a server of our own, which checks signatures and fails in the ways that servers do. */
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { exitCodeOf, TransientError, UsageError } from '../../src/core/errors.js';
import { openStore } from '../../src/stores/index.js';
import { S3Files, type S3Options } from '../../src/stores/s3.js';
import { testFolder } from '../video/films.js';
import { S3Server, type S3ServerOptions, signatureOf } from './s3-server.js';

const folder = testFolder();
const QUICK = { timeout: 5, retryMs: 2, attempts: 4 };
const DIGEST = 'x-amz-meta-untrained-digest';
const keyOf = (name: unknown) => createHash('sha256').update(String(name)).digest('hex').slice(0, 40);
const KEY = keyOf('segment');

let server: S3Server;
beforeAll(async () => {
  server = await S3Server.start();
});
afterAll(() => server.stop());
beforeEach(() => {
  server.reset();
  server.objects.clear();
});

/** Uses a store, and closes it whatever happens. */
async function using<T>(
  work: (files: S3Files) => Promise<T>,
  { place = 's3://bucket/films', ...options }: S3Options & { place?: string } = {},
): Promise<T> {
  const files = await S3Files.open(place, { env: server.env, ...QUICK, ...options });
  try {
    return await work(files);
  } finally {
    await files.close();
  }
}

/** Uses another server and its store. */
async function withServer<T>(options: S3ServerOptions, work: (other: S3Server) => Promise<T>): Promise<T> {
  const other = await S3Server.start(options);
  try {
    return await work(other);
  } finally {
    await other.stop();
  }
}

/** Writes a file to be stored. */
function made(bytes: string | Buffer = 'the bytes of a segment', beside?: string): string {
  const path = folder.in(`made-${randomBytes(4).toString('hex')}`);
  writeFileSync(path, bytes);
  if (beside !== undefined) writeFileSync(`${path}.beside`, beside);
  return path;
}

const taken = (name = 'taken') => readFileSync(folder.in(name));
const failure = (work: Promise<unknown>) =>
  work.then(
    () => expect.fail('It did not fail.'),
    (error: Error) => error,
  );

describe('the test server', () => {
  test("signs as Amazon's documentation does", () => {
    const headers = [
      ['host', 'examplebucket.s3.amazonaws.com'],
      ['range', 'bytes=0-9'],
      ['x-amz-content-sha256', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
      ['x-amz-date', '20130524T000000Z'],
    ];
    const digest = headers[2][1];
    const options = {
      time: '20130524T000000Z',
      date: '20130524',
      region: 'us-east-1',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    };
    const request = { method: 'GET', path: '/test.txt', query: '', headers, digest };
    expect(signatureOf({ request, ...options })).toBe(
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    );
  });

  test.each([
    ['an unsigned request', {}],
    [
      'a wrong signature',
      {
        authorization:
          'AWS4-HMAC-SHA256 Credential=AKIDTEST/20261129/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00',
      },
    ],
  ])('refuses %s', async (_, headers) => {
    const answer = await fetch(`${server.endpoint}/bucket/object`, {
      headers: headers as Record<string, string>,
    });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('<Code>AccessDenied</Code>');
  });
});

test('what is stored is taken, with the file beside it', async () => {
  await using(async (files) => {
    expect(files.name).toBe('s3://bucket/films');
    expect(await files.take(KEY, folder.in('taken'))).toBe('missing');
    expect(existsSync(folder.in('taken'))).toBe(false);
    await files.put(KEY, made('a segment', 'its luminance'));
    expect(await files.among([KEY, keyOf('another')])).toEqual(new Set([KEY]));
    expect(await files.take(KEY, folder.in('taken'))).toBe('taken');
  });
  expect(taken().toString()).toBe('a segment');
  expect(taken('taken.beside').toString()).toBe('its luminance');
  expect([...server.objects.keys()]).toEqual([`films/${KEY}.beside`, `films/${KEY}`]); // the companion first
  const put = server.requests.findLast(({ method }) => method === 'PUT')!;
  expect(put.headers).toMatchObject({
    'if-none-match': '*',
    'content-length': '9',
    'content-md5': createHash('md5').update('a segment').digest('base64'),
    'x-amz-content-sha256': createHash('sha256').update('a segment').digest('hex'),
    'x-amz-meta-untrained-size': '9',
    [DIGEST]: createHash('sha256').update(`${KEY}a segment`).digest('hex'),
  });
});

test.each([
  ['an empty file', Buffer.alloc(0)],
  ['a file of several megabytes', randomBytes(5_000_001)],
])('%s arrives whole', async (_, bytes) => {
  await using(async (files) => {
    await files.put(KEY, made(bytes));
    expect(await files.take(KEY, folder.in('taken'))).toBe('taken');
  });
  expect(taken().equals(bytes)).toBe(true);
  expect(existsSync(folder.in('taken.beside'))).toBe(false);
});

test.each([
  ['s3://bucket', ''],
  ['s3://bucket/', ''],
  ['S3://bucket//a///b/', 'a/b/'],
  ["s3://bucket/a b+c&d=e?f#g%2Fh'(i)!*/ünï→🎞", "a b+c&d=e?f#g%2Fh'(i)!*/ünï→🎞/"],
])('the prefix of %s is part of the names', async (place, prefix) => {
  for (const encodes of [true, false]) {
    await withServer({ encodes }, async (other) => {
      const keys = Array.from({ length: 30 }, (_, i) => keyOf(i)); // as many as are listed
      await using(
        async (files) => {
          await files.put(keys[3], made());
          expect(await files.among(keys)).toEqual(new Set([keys[3]]));
          expect(await files.among([keys[3]])).toEqual(new Set([keys[3]]));
          expect(await files.take(keys[3], folder.in(`taken-${encodes}`))).toBe('taken');
        },
        { place, env: other.env },
      );
      expect([...other.objects.keys()]).toEqual([`${prefix}${keys[3]}`]);
    });
  }
});

describe('among many keys', () => {
  const keys = Array.from({ length: 250 }, (_, i) => keyOf(i));
  const store = (names: string[]) => {
    for (const name of names)
      server.objects.set(name, { bytes: Buffer.alloc(1), headers: {}, modified: new Date() });
  };

  test('those stored are listed, page after page', async () => {
    const there = keys.filter((_, i) => i % 3 === 0);
    store(there.map((key) => `films/${key}`));
    store(there.map((key) => `films/${key}.beside`));
    store([
      `films/deeper/${keys[1]}`,
      `film/${keys[1]}`,
      `films${keys[2]}`,
      keys[4],
      `films/${keys[5]}.unfinished`,
    ]);
    server.options.page = 40;
    try {
      expect(await using((files) => files.among(keys))).toEqual(new Set(there));
    } finally {
      server.options.page = 1000;
    }
    const lists = server.requests.filter(({ url }) => url.includes('continuation-token'));
    expect(lists.length).toBe(4); // after the first of five pages
    expect(server.count('HEAD')).toBe(0);
  });

  test('those in a store with many more are looked up', async () => {
    const asked = keys.slice(0, 30);
    await using(async (files) => {
      await files.put(asked[20], made());
      store(Array.from({ length: 200 }, (_, i) => `films/${keyOf(`other ${i}`)}`));
      server.options.page = 3;
      try {
        expect(await files.among(asked)).toEqual(new Set([asked[20]]));
      } finally {
        server.options.page = 1000;
      }
    });
    expect(server.count('HEAD')).toBeGreaterThan(20);
  });

  test('a server that repeats a page is not asked for ever', async () => {
    const again =
      '<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken></ListBucketResult>';
    server.meet(({ url }) => url.includes('list-type'), { body: again }, 100);
    expect(await using((files) => files.among(keys.slice(0, 25)))).toEqual(new Set());
    expect(server.requests.filter(({ url }) => url.includes('list-type')).length).toBeLessThan(5);
  });
});

describe('an object that exists', () => {
  test('is not stored again', async () => {
    await using(async (files) => {
      await files.put(KEY, made());
      const before = server.objects.get(`films/${KEY}`);
      await files.put(KEY, made());
      expect(server.objects.get(`films/${KEY}`)).toBe(before);
    });
    expect(server.requests.at(-2)).toMatchObject({ method: 'PUT', headers: { 'if-none-match': '*' } });
  });

  test('is replaced if it was cut short', async () => {
    await using(async (files) => {
      await files.put(KEY, made());
      server.objects.get(`films/${KEY}`)!.bytes = Buffer.from('the');
      expect(await files.among([KEY])).toEqual(new Set());
      await files.put(KEY, made());
      expect(await files.take(KEY, folder.in('taken'))).toBe('taken');
    });
    expect(taken().toString()).toBe('the bytes of a segment');
  });

  test.each(['refused', 'ignored'] as const)(
    'is kept by a server where conditions are %s',
    async (conditions) => {
      await withServer({ conditions }, (other) =>
        using(
          async (files) => {
            await files.put(KEY, made());
            await files.put(KEY, made());
            expect(await files.take(KEY, folder.in('taken'))).toBe('taken');
            if (conditions === 'refused') expect(other.count('PUT')).toBe(2); // one with the condition, one without
          },
          { env: other.env },
        ),
      );
    },
  );

  test('is the same for processes that store it at once', async () => {
    const many = Array.from({ length: 8 }, () => using((files) => files.put(KEY, made('same', 'beside'))));
    await Promise.all(many);
    expect(server.objects.size).toBe(2);
    expect(await using((files) => files.take(KEY, folder.in('taken')))).toBe('taken');
  });
});

describe('damaged objects are removed:', () => {
  const object = (key: string) => server.objects.get(`films/${key}`)!;
  const other = keyOf('other');
  test.each<[string, number, () => void]>([
    [
      'one cut short',
      1,
      () => {
        object(KEY).bytes = object(KEY).bytes.subarray(1);
      },
    ],
    [
      'one with trailing data',
      1,
      () => {
        object(KEY).bytes = Buffer.concat([object(KEY).bytes, Buffer.alloc(1)]);
      },
    ],
    [
      'one with a changed bit',
      1,
      () => {
        object(KEY).bytes = object(KEY).bytes.map((byte, i) => (i === 3 ? byte ^ 1 : byte)) as Buffer;
      },
    ],
    [
      'an empty one',
      1,
      () => {
        object(KEY).bytes = Buffer.alloc(0);
      },
    ],
    [
      'one without metadata',
      1,
      () => {
        object(KEY).headers = {};
      },
    ],
    [
      'one with a wrong digest',
      1,
      () => {
        object(KEY).headers[DIGEST] = '0'.repeat(64);
      },
    ],
    [
      'two with swapped bytes',
      2,
      () => {
        [object(KEY).bytes, object(other).bytes] = [object(other).bytes, object(KEY).bytes];
      },
    ],
    [
      'two that are swapped',
      2,
      () => {
        const both = [object(KEY), object(other)];
        server.objects.set(`films/${other}`, both[0]).set(`films/${KEY}`, both[1]);
      },
    ],
  ])('%s', async (_, count, damage) => {
    await using(async (files) => {
      await files.put(KEY, made('some bytes', 'beside'));
      await files.put(other, made('more bytes', 'beside'));
      damage();
      const answers = [await files.take(KEY, folder.in('a')), await files.take(other, folder.in('b'))];
      expect(answers.filter((answer) => answer === 'damaged')).toHaveLength(count);
      expect(existsSync(folder.in('a'))).toBe(false);
      expect(await files.take(KEY, folder.in('a'))).toBe('missing');
      expect(await files.among([KEY])).toEqual(new Set());
      await files.put(KEY, made('some bytes', 'beside'));
      expect(await files.take(KEY, folder.in('a'))).toBe('taken');
    });
    expect(taken('a').toString()).toBe('some bytes');
  });

  test('the file beside a segment, without the segment', async () => {
    await using(async (files) => {
      await files.put(KEY, made('some bytes', 'beside'));
      server.objects.get(`films/${KEY}.beside`)!.bytes = Buffer.from('damage');
      expect(await files.take(KEY, folder.in('taken'))).toBe('taken');
    });
    expect(existsSync(folder.in('taken.beside'))).toBe(false);
    expect([...server.objects.keys()]).toEqual([`films/${KEY}`]);
  });

  test('not one that was changed on the way', async () => {
    await using(async (files) => {
      await files.put(KEY, made());
      server.meet('GET', { flip: true });
      expect(await files.take(KEY, folder.in('taken'))).toBe('taken');
    });
    expect(server.count('DELETE')).toBe(0);
  });
});

describe('is tried again:', () => {
  test.each([[500], [503], [429], [409], [408]])('a request answered with %i', async (status) => {
    await using(async (files) => {
      await files.ready();
      server.meet('PUT', { status }, 2);
      await files.put(KEY, made());
      server.meet('GET', { status }, 2);
      expect(await files.take(KEY, folder.in('taken'))).toBe('taken');
      server.meet('HEAD', { status }, 2);
      expect(await files.among([KEY])).toEqual(new Set([KEY]));
    });
    expect(server.count('PUT')).toBe(3);
  });

  test('an upload whose connection breaks, of which nothing is left', async () => {
    const bytes = randomBytes(2_000_000);
    await using(async (files) => {
      await files.ready();
      server.meet('PUT', { drop: 300_000 }, 2);
      server.meet('HEAD', {}, 1);
      const put = files.put(KEY, made(bytes));
      await expect.poll(() => server.count('HEAD')).toBeGreaterThan(0);
      await put;
      expect(await files.take(KEY, folder.in('taken'))).toBe('taken');
    });
    expect(server.count('PUT')).toBe(3);
    expect(taken().equals(bytes)).toBe(true);
  });

  test('an upload that was stored but not answered: it is there', async () => {
    await using(async (files) => {
      await files.ready();
      server.meet('PUT', { after: true });
      await files.put(KEY, made());
    });
    expect(server.count('PUT')).toBe(1);
  });

  test('a download that is cut short', async () => {
    const bytes = randomBytes(500_000);
    await using(async (files) => {
      await files.put(KEY, made(bytes));
      server.meet('GET', { truncate: 100_000 }, 2);
      expect(await files.take(KEY, folder.in('taken'))).toBe('taken');
    });
    expect(taken().equals(bytes)).toBe(true);
    expect(server.count('DELETE')).toBe(0);
  });

  test('a server that is silent', async () => {
    await using(
      async (files) => {
        await files.ready();
        server.meet('PUT', { silent: true });
        await files.put(KEY, made());
        server.meet('GET', { silent: true });
        expect(await files.take(KEY, folder.in('taken'))).toBe('taken');
      },
      { timeout: 0.3 },
    );
  });
});

test('a server that is slow is waited for as long as it makes progress', async () => {
  await using(
    async (files) => {
      await files.put(KEY, made(randomBytes(40_000)));
      server.reset();
      server.meet('GET', { slow: 40 }); // takes more than twice the timeout
      expect(await files.take(KEY, folder.in('taken'))).toBe('taken');
    },
    { timeout: 0.35 },
  );
  expect(server.requests.filter(({ name }) => name === `films/${KEY}`)).toHaveLength(1);
});

describe('fails in one line, for a retry later, if', () => {
  const outage = async (fault: Parameters<S3Server['meet']>[1], timeout?: number) => {
    const error = await using(
      async (files) => {
        await files.ready();
        await files.put(KEY, made());
        server.meet(() => true, fault, 1000);
        return failure(files.take(KEY, folder.in('taken')));
      },
      { ...(timeout !== undefined && { timeout }) },
    );
    expect(exitCodeOf(error)).toBe(75);
    expect(error.message).not.toMatch(/\n/);
    expect(existsSync(folder.in('taken'))).toBe(false);
    return error.message.replaceAll(new URL(server.endpoint).host, 'HOST');
  };

  test('the server is busy', async () => {
    expect(await outage({ status: 503, message: 'Please reduce\nyour request rate.' })).toMatchInlineSnapshot(
      `"The store s3://bucket/films failed after 4 attempts (503 SlowDown: Please reduce your request rate): try again later, or choose another with --store."`,
    );
  });
  test('answers are cut short', async () => {
    expect(await outage({ truncate: 3 })).toMatchInlineSnapshot(
      `"The store s3://bucket/films cannot be reached at HOST (ECONNRESET, 4 attempts): check AWS_ENDPOINT_URL_S3 and the network, then try again."`,
    );
  });
  test('the server is silent', async () => {
    expect(await outage({ silent: true }, 0.1)).toMatchInlineSnapshot(
      `"The store s3://bucket/films cannot be reached at HOST (no progress for 0.1 s, 4 attempts): check AWS_ENDPOINT_URL_S3 and the network, then try again."`,
    );
  });
  test('the keys have expired', async () => {
    expect(
      await outage({ status: 400, code: 'ExpiredToken', message: 'The provided token has expired.' }),
    ).toMatchInlineSnapshot(
      `"The access keys for s3://bucket/films have expired (400 ExpiredToken: The provided token has expired): set new ones, including AWS_SESSION_TOKEN."`,
    );
  });
  test('the clock is wrong', async () => {
    expect(await outage({ status: 403, code: 'RequestTimeTooSkewed' })).toMatchInlineSnapshot(
      `"The store s3://bucket/films rejects requests because this machine's clock is wrong (403 RequestTimeTooSkewed: Refused: RequestTimeTooSkewed): set the clock."`,
    );
  });
  test('nobody answers', async () => {
    const gone = createServer();
    await new Promise<void>((done) => gone.listen(0, '127.0.0.1', done));
    const { port } = gone.address() as { port: number };
    await new Promise((done) => gone.close(done));
    const env = { ...server.env, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}` };
    const error = await using((files) => failure(files.among([KEY])), { env });
    expect(error).toBeInstanceOf(TransientError);
    expect(error.message.replace(String(port), 'PORT')).toMatchInlineSnapshot(
      `"The store s3://bucket/films cannot be reached at 127.0.0.1:PORT (ECONNREFUSED, 4 attempts): check AWS_ENDPOINT_URL_S3 and the network, then try again."`,
    );
  });
  test('uploads break', async () => {
    const error = await using(async (files) => {
      await files.ready();
      server.meet('PUT', { drop: 0 }, 1000);
      return failure(files.put(KEY, made()));
    });
    expect(error).toBeInstanceOf(TransientError);
    expect(server.objects.size).toBe(0);
  });
});

describe('is refused in one line, without secrets, if', () => {
  const refusal = async (env: Record<string, string>, place?: string) => {
    const error = await using((files) => failure(files.among([KEY])), {
      env: { ...server.env, ...env },
      ...(place && { place }),
    });
    expect(exitCodeOf(error)).toBe(2);
    expect(error.message).not.toMatch(/\n|secret/);
    return error.message.replaceAll(new URL(server.endpoint).host, 'HOST');
  };

  test('the secret is wrong', async () => {
    expect(
      await refusal({ AWS_SECRET_ACCESS_KEY: 'another secret'.replace(' ', '-') }),
    ).toMatchInlineSnapshot(
      `"The store s3://bucket/films rejects the access keys (403 SignatureDoesNotMatch: The signature is wrong): check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and allow s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject."`,
    );
  });
  test('the key is unknown', async () => {
    expect(await refusal({ AWS_ACCESS_KEY_ID: 'AKIDOTHER' })).toMatchInlineSnapshot(
      `"The store s3://bucket/films rejects the access keys (403 InvalidAccessKeyId: The access key is unknown): check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and allow s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject."`,
    );
  });
  test('the bucket does not exist', async () => {
    expect(await refusal({}, 's3://nowhere/films')).toMatchInlineSnapshot(
      `"The bucket "nowhere" does not exist at HOST (404 NoSuchBucket: There is no such bucket): create it, or check --store and AWS_ENDPOINT_URL_S3."`,
    );
  });
  test('the region is wrong', async () => {
    expect(await refusal({ AWS_REGION: 'eu-west-3' })).toMatchInlineSnapshot(
      `"The bucket "bucket" is not in the region eu-west-3 (400 AuthorizationHeaderMalformed: the region 'eu-west-3' is wrong; expecting 'us-east-1'): set AWS_REGION=us-east-1."`,
    );
  });
  test('the address is encrypted but the server is not', async () => {
    const message = await refusal({ AWS_ENDPOINT_URL_S3: server.endpoint.replace('http', 'https') });
    expect(message.replace(/\((E|ERR_)\w+\)/, '(CODE)')).toMatchInlineSnapshot(
      `"The store s3://bucket/films cannot be reached at HOST (CODE): check AWS_ENDPOINT_URL_S3, which must begin with https:// for TLS and with http:// otherwise, or set NODE_EXTRA_CA_CERTS to the file of its authority's certificate."`,
    );
  });
  test('the server repeats the secret', async () => {
    const { secretAccessKey } = server.options;
    server.meet('GET', { status: 403, message: `${secretAccessKey} is wrong` });
    expect(await refusal({})).toMatchInlineSnapshot(
      `"The store s3://bucket/films rejects the access keys (403 AccessDenied: *** is wrong): check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and allow s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject."`,
    );
  });
  test('objects may be read but not written', async () => {
    server.meet('PUT', { status: 403, message: 'Access Denied.', early: true });
    const error = await using((files) => failure(files.put(KEY, made(randomBytes(3_000_000)))));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toContain('s3:PutObject');
    expect(server.requests.at(-1)!.headers.expect).toBe('100-continue'); // so that nothing is sent in vain
  });
  test('the server is something else', async () => {
    server.meet('GET', { body: '<html>Welcome</html>' }, 9);
    const error = await using((files) => failure(files.among([KEY])));
    expect(error.message).toMatchInlineSnapshot(
      `"The store s3://bucket/films failed (200 not a list of objects: is it an S3 server?): try again later, or choose another with --store."`,
    );
  });
});

test('session tokens are sent', async () => {
  await withServer({ sessionToken: 'a+token/of==tests' }, (other) =>
    using((files) => files.put(KEY, made()), { env: other.env }),
  );
});

test('closing cancels what is in progress', async () => {
  const files = await S3Files.open('s3://bucket/films', { env: server.env, retryMs: 60_000 });
  await files.ready();
  server.meet('PUT', { silent: true });
  const put = failure(files.put(KEY, made()));
  await expect.poll(() => server.count('PUT')).toBe(1);
  server.meet('GET', { status: 503 }, 9);
  const take = failure(files.take(KEY, folder.in('taken'))); // waits for its next attempt
  await expect.poll(() => server.count('GET')).toBe(2);
  await files.close();
  for (const error of [await put, await take])
    expect(error).toEqual(new TransientError('The store s3://bucket/films was closed.'));
  await expect.poll(() => server.connections).toBe(0);
});

test('a store that was not closed keeps no process alive', async () => {
  const script = folder.in('use.mjs');
  const s3 = pathToFileURL(resolve('dist/stores/index.js')).href;
  writeFileSync(
    script,
    `import { openStore } from ${JSON.stringify(s3)};
     const files = await openStore('s3://bucket/films');
     await files.put(process.argv[2], process.argv[3]);
     console.log([...await files.among([process.argv[2]])].length);`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [script, KEY, made()], {
    env: { ...process.env, ...server.env },
    timeout: 60_000,
  });
  expect(stdout).toBe('1\n');
});

describe('settings', () => {
  const open = (env: Record<string, string>, place = 's3://bucket/films') => S3Files.open(place, { env });
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = {
    AWS_ACCESS_KEY_ID: 'AKIDTEST',
    AWS_SECRET_ACCESS_KEY: 'a/secret+key=of/tests',
  };
  const keys = { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
  const profiles = (credentials: string, config = '') => {
    mkdirSync(folder.in('.aws'), { recursive: true });
    writeFileSync(folder.in('.aws', 'credentials'), credentials);
    writeFileSync(folder.in('.aws', 'config'), config);
    return { HOME: folder.in(), USERPROFILE: folder.in() };
  };
  const ours = `aws_access_key_id = AKIDTEST\r\naws_secret_access_key=a/secret+key=of/tests\r\n`;
  const theirs = 'aws_access_key_id = AKIDOTHER\naws_secret_access_key = other\n';

  test.each<[string, () => Record<string, string>]>([
    ['the environment', () => ({ ...keys })],
    ['the default profile', () => profiles(`[other]\n${theirs}[default]\n${ours}`)],
    [
      'a named profile',
      () => ({ ...profiles(`[default]\n${theirs}\n# [farm]\n[ farm ]\n${ours}`), AWS_PROFILE: 'farm' }),
    ],
    [
      'a profile in the config file',
      () => ({ ...profiles('', `[profile farm]\n${ours}`), AWS_PROFILE: 'farm' }),
    ],
    [
      'files elsewhere',
      () => {
        profiles(`[default]\n${ours}`);
        return {
          AWS_SHARED_CREDENTIALS_FILE: folder.in('.aws', 'credentials'),
          AWS_CONFIG_FILE: folder.in('none'),
        };
      },
    ],
    ['the environment rather than a profile', () => ({ ...profiles(`[default]\n${theirs}`), ...keys })],
  ])('are taken from %s', async (_, env) => {
    const all = { AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_S3: server.endpoint, ...env() };
    expect(await using((files) => files.among([KEY]), { env: all })).toEqual(new Set());
  });

  test('include the region and the endpoint of the profile', async () => {
    await withServer({ region: 'eu-west-3' }, async (other) => {
      const config = `[default]\nregion = eu-west-3 # Paris\nendpoint_url = ${other.endpoint}/\ns3 =\n  region = nowhere\n`;
      const env = profiles(`[default]\n${ours}`, config);
      expect(await using((files) => files.among([KEY]), { env })).toEqual(new Set());
    });
  });

  test('AWS_ENDPOINT_URL_S3 comes before AWS_ENDPOINT_URL', async () => {
    const env = { ...server.env, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
    expect(await using((files) => files.among([KEY]), { env })).toEqual(new Set());
    const { AWS_ENDPOINT_URL_S3, ...others } = server.env;
    const general = { ...others, AWS_ENDPOINT_URL: AWS_ENDPOINT_URL_S3 };
    expect(await using((files) => files.among([KEY]), { env: general })).toEqual(new Set());
  });

  test.each<[string, () => Record<string, string>, string?]>([
    ['no keys', () => ({ HOME: '/nowhere', USERPROFILE: 'C:\\nowhere' })],
    ['half of the keys', () => ({ AWS_ACCESS_KEY_ID })],
    ['the other half', () => ({ AWS_SECRET_ACCESS_KEY })],
    ['an unknown profile', () => ({ ...profiles(`[default]\n${ours}`), AWS_PROFILE: 'farm' })],
    [
      'a profile without keys',
      () => ({ ...profiles('', '[profile farm]\nsso_session = x\n'), AWS_PROFILE: 'farm' }),
    ],
    ['a secret with a line break', () => ({ ...keys, AWS_SECRET_ACCESS_KEY: 'a secret\nwith a line' })],
    ['a wrong region', () => ({ ...keys, AWS_REGION: 'example.org/' })],
    ['a wrong endpoint', () => ({ ...keys, AWS_ENDPOINT_URL_S3: 'localhost:9000' })],
    ['an endpoint with a password', () => ({ ...keys, AWS_ENDPOINT_URL: 'https://user:secret@localhost' })],
    ['no bucket', () => keys, 's3://'],
    ['a short bucket', () => keys, 's3://ab/films'],
    ['keys in the address', () => keys, 's3://AKIDTEST:secret@bucket/films'],
    ['a prefix with ..', () => keys, 's3://bucket/films/../others'],
    ['a prefix with a line break', () => keys, 's3://bucket/fil\nms'],
    ['one slash', () => keys, 's3:/bucket/films'],
  ])('are refused: %s', async (_, env, place) => {
    const error = await failure(open(env(), place));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).not.toMatch(/\n|secret(?!_)/);
    expect(error.message.replaceAll(folder.in('.aws'), '~/.aws').replace('/nowhere', '~')).toMatchSnapshot();
  });
});

describe('a store may be', () => {
  test.each([
    ['redis://user:secret@host/0'],
    ['https://user:secret@bucket.s3.amazonaws.com/films'],
    ['file:///secret'],
    ['s3:secret'],
    ['s3://user:secret@host'],
    [' '],
  ])('nothing else: %s', async (place) => {
    const error = await failure(openStore(place));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toContain('must be');
    expect(error.message).not.toContain('user:secret');
  });

  test('a folder, also one with a drive', async () => {
    expect((await openStore(folder.in('store'))).folder).toBe(folder.in('store'));
    expect((await openStore('C:\\films')).folder).toBe(resolve('C:\\films'));
    expect((await openStore('C://films')).folder).toBe(resolve('C://films'));
    expect(existsSync(resolve('C:'))).toBe(false);
  });
});
