/** Where an S3 store is, and with which keys: from its address, the environment and the usual profile files. */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../core/ambient.js';
import { UsageError } from '../core/errors.js';
import { homeFolder } from '../system/folders.js';

export interface S3Settings {
  bucket: string;
  /** The part of the objects' names before the last "/"; may be empty. */
  prefix: string;
  /** The address of the server, which path-style addresses begin with. No "/" at its end. */
  endpoint: URL;
  region: string;
  keys: AccessKeys;
}

export interface AccessKeys {
  accessKeyId: string;
  secretAccessKey: string;
  /** Accompanies keys that expire. */
  sessionToken?: string | undefined;
}

/** S3's limit is 1,024 bytes for a name: what follows the prefix has fewer than 50. */
const LONGEST_PREFIX = 900;

/** How a store's address must look, as part of a message. */
const RULE = "s3://bucket/prefix, where a bucket's name has 3 to 63 letters, digits, dots and hyphens";

/**
 * Reads the settings of a store.
 * @param place - s3://bucket/prefix.
 * @throws UsageError if the address, the keys, the region or the endpoint are wrong or missing, without secrets.
 */
export async function readSettings(place: string, env: Environment = process.env): Promise<S3Settings> {
  const address = parseAddress(place);
  const profile = await Profile.read(env);
  const region =
    filled(env.AWS_REGION) ?? filled(env.AWS_DEFAULT_REGION) ?? profile.get('region') ?? 'us-east-1';
  if (!/^[a-z0-9-]{1,40}$/i.test(region)) {
    throw new UsageError(
      `The region of S3 is "${region}" but must be a name such as us-east-1: set AWS_REGION.`,
    );
  }
  return { ...address, region, endpoint: endpointOf(env, profile, region), keys: keysOf(env, profile) };
}

/** Splits s3://bucket/prefix. Empty parts of the prefix are dropped: s3://bucket//a/ has the prefix "a". */
export function parseAddress(place: string): { bucket: string; prefix: string } {
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]*)(?:\/(.*))?$/is.exec(place) ?? [];
  if (!/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/i.test(bucket) || bucket.includes('..')) {
    const shown = /[@:]/.test(place.slice(3)) ? '' : ` is "${place}" but`; // "s3://user:password@host" has a secret
    throw new UsageError(`--store${shown} must be ${RULE}.`);
  }
  const parts = path.split('/').filter((part) => part !== '');
  const prefix = parts.join('/');
  const wrong =
    parts.some((part) => part === '.' || part === '..') || // which addresses cannot contain
    /\p{Cc}|\p{Cs}/u.test(prefix) || // which XML cannot contain
    Buffer.byteLength(prefix) > LONGEST_PREFIX;
  if (wrong) {
    throw new UsageError(
      `--store has a prefix that S3 does not allow: use at most ${LONGEST_PREFIX} bytes, without control characters and without the folders "." and "..".`,
    );
  }
  return { bucket, prefix };
}

/** The address of the server: as AWS's own tools find it, or else Amazon's. */
function endpointOf(env: Environment, profile: Profile, region: string): URL {
  const name = filled(env.AWS_ENDPOINT_URL_S3) ? 'AWS_ENDPOINT_URL_S3' : 'AWS_ENDPOINT_URL';
  const text = filled(env.AWS_ENDPOINT_URL_S3) ?? filled(env.AWS_ENDPOINT_URL) ?? profile.get('endpoint_url');
  if (text === undefined) {
    return new URL(`https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`);
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    const where = env[name] ? name : 'endpoint_url';
    throw new UsageError(
      `${where} must be an address such as https://s3.example.org or http://localhost:9000, without a user or password.`,
    );
  }
  url.pathname = url.pathname.replace(/\/+$/, '');
  return url;
}

/** The access keys: from the environment, or else from the profile. */
function keysOf(env: Environment, profile: Profile): AccessKeys {
  const [id, secret] = [filled(env.AWS_ACCESS_KEY_ID), filled(env.AWS_SECRET_ACCESS_KEY)];
  if ((id === undefined) !== (secret === undefined)) {
    const [set, missing] = id ? ['ID', 'SECRET_ACCESS'] : ['SECRET_ACCESS', 'ID'];
    const nameOf = (part: string) => (part === 'ID' ? 'AWS_ACCESS_KEY_ID' : 'AWS_SECRET_ACCESS_KEY');
    throw new UsageError(`${nameOf(set)} is set but ${nameOf(missing)} is not: set both.`);
  }
  const keys =
    id !== undefined && secret !== undefined
      ? { accessKeyId: id, secretAccessKey: secret, sessionToken: filled(env.AWS_SESSION_TOKEN) }
      : profile.keys();
  const isPlain = (text: string) => /^[\x21-\x7e]+$/.test(text);
  if (!isPlain(keys.accessKeyId) || /[/,]/.test(keys.accessKeyId)) throw wrongKey('AWS_ACCESS_KEY_ID');
  if (!isPlain(keys.secretAccessKey)) throw wrongKey('AWS_SECRET_ACCESS_KEY');
  if (keys.sessionToken !== undefined && !isPlain(keys.sessionToken)) throw wrongKey('AWS_SESSION_TOKEN');
  return keys;
}

function wrongKey(name: string): UsageError {
  return new UsageError(
    `${name} has characters that access keys cannot have: copy it again, without spaces.`,
  );
}

/** A section of the files ~/.aws/credentials and ~/.aws/config. */
class Profile {
  private constructor(
    private readonly name: string,
    /** Whether the user asked for it. */
    private readonly isNamed: boolean,
    private readonly values: ReadonlyMap<string, string> | undefined,
    /** Where it was looked for. */
    private readonly places: string,
  ) {}

  static async read(env: Environment): Promise<Profile> {
    const home = homeFolder(env);
    const at = (given: string | undefined, name: string) => {
      if (given) return home && /^~[/\\]/.test(given) ? join(home, given.slice(2)) : given;
      return home && join(home, '.aws', name);
    };
    const named = filled(env.AWS_PROFILE) ?? filled(env.AWS_DEFAULT_PROFILE);
    const name = named ?? 'default';
    const config = at(filled(env.AWS_CONFIG_FILE), 'config');
    const credentials = at(filled(env.AWS_SHARED_CREDENTIALS_FILE), 'credentials');
    const title = name === 'default' ? ['default', 'profile default'] : [`profile ${name}`];
    const sections = [await readSection(config, title), await readSection(credentials, [name])];
    const found = sections.filter((section) => section !== undefined);
    const values = found.length > 0 ? new Map(found.flatMap((section) => [...section])) : undefined;
    return new Profile(name, named !== undefined, values, credentials ?? '~/.aws/credentials');
  }

  get(key: string): string | undefined {
    return filled(this.values?.get(key));
  }

  keys(): AccessKeys {
    const [accessKeyId, secretAccessKey] = [this.get('aws_access_key_id'), this.get('aws_secret_access_key')];
    if (accessKeyId !== undefined && secretAccessKey !== undefined) {
      return { accessKeyId, secretAccessKey, sessionToken: this.get('aws_session_token') };
    }
    if (this.values === undefined && this.isNamed) {
      throw new UsageError(
        `The profile "${this.name}" (AWS_PROFILE) is not in ${this.places}: add it, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`,
      );
    }
    if (this.values !== undefined) {
      throw new UsageError(
        `The profile "${this.name}" has no access keys of its own: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, for example with eval "$(aws configure export-credentials --profile ${this.name} --format env)".`,
      );
    }
    throw new UsageError(
      `S3 needs access keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE to a profile in ${this.places}.`,
    );
  }
}

/** The values of the first of these sections that a file has; undefined if there is none. */
async function readSection(
  path: string | undefined,
  titles: readonly string[],
): Promise<Map<string, string> | undefined> {
  const text = path === undefined ? '' : await fs.readFile(path, 'utf8').catch(() => '');
  let section: Map<string, string> | undefined;
  let inside = false;
  for (const line of text.split(/\r?\n/)) {
    const [, title] = /^\s*\[([^\]]*)\]/.exec(line) ?? [];
    if (title !== undefined) {
      inside = titles.includes(title.trim().replace(/\s+/g, ' ').replace(/["']/g, ''));
      if (inside) section ??= new Map();
    }
    // Indented lines belong to the nested value above them.
    const [, key, value] = /^([^\s#;=[][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (inside && key !== undefined) section?.set(key.toLowerCase(), value.replace(/\s[#;].*$/, ''));
  }
  return section;
}

/** A variable that is set to nothing is not set. */
function filled(text: string | undefined): string | undefined {
  return text?.trim() || undefined;
}
