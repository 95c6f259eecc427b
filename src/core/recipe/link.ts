/**
 * Links: addresses that hold a recipe in their hash, which browsers do not send to servers.
 *
 *     https://any.host/any/path/#u1=PAYLOAD&name=value&name
 *
 * `u1` names the version of the recipe, and PAYLOAD is its JSON in UTF-8, compressed ("deflate-raw", RFC 1951) and
 * written in base64url without padding (RFC 4648). Other items are flags for the page: a name, or a name and a value,
 * in any order. Readers ignore flags that they do not know.
 *
 * The JSON leaves out what has its default value. So a change of any default needs another RECIPE_VERSION, as links of
 * earlier versions must keep their pictures.
 */
import { UsageError } from '../errors.js';
import { viewFieldNames } from '../frame/parameters.js';
import { networkParameterNames } from '../network/parameters.js';
import { sweepFieldNames } from '../sweep/fields.js';
import { sparseSweep } from '../sweep/sparse.js';
import { isChecked, parseSweep, type Sweep } from '../sweep/sweep.js';
import { quote } from '../wording/explain.js';
import { fromBase64Url, toBase64Url } from './base64url.js';
import { deflate, inflate, TooLongError } from './deflate.js';
import { parseRecipe, type Recipe } from './recipe.js';
import { RECIPE_VERSION } from './version.js';

/** The longest hash that an address should have, in characters. Some programs cut longer addresses. */
export const MAX_LINK = 8000;

/** Flags beside the recipe: values by name. The value of a flag without one is ''. */
export type LinkFlags = ReadonlyMap<string, string>;

/** What a link may contain at most. */
export interface LinkLimits {
  /** The longest hash, in characters. @defaultValue 2 MAX_LINK, as flags may be added */
  characters?: number;
  /** The longest JSON, in bytes. @defaultValue 2^20 */
  bytes?: number;
}

const LIMITS: Required<LinkLimits> = { characters: 2 * MAX_LINK, bytes: 2 ** 20 };

/** The name of the item that holds the recipe: `u` and the version. */
const VERSION = /^u(\d{1,9})$/;
const FLAG = /^[a-z][a-z0-9-]*$/;

/**
 * Whether a text can only be meant as a link: an address, or a hash that holds a recipe.
 * @param text - Of any origin.
 */
export function isLink(text: string): boolean {
  return /^https?:\/\//i.test(text) || itemsOf(hashOf(text)).some(({ name }) => VERSION.test(name));
}

/**
 * The hash of a link, beginning with "#". Equal recipes and flags have equal hashes.
 * @param recipe - A recipe or a sweep. What drew it (`made`) and the film's sound are left out: links share pictures.
 * @param flags - Names of lower-case letters, digits and hyphens, with texts; '' stands for a flag without a value.
 * @returns The hash, which may be longer than MAX_LINK: the recipe then belongs in a file.
 * @throws UsageError if the sweep is not valid.
 */
export async function writeLink(recipe: Recipe | Sweep, flags: LinkFlags = new Map()): Promise<string> {
  const { made: _, audio: __, sweep, ...rest } = isSweep(recipe) ? { sweep: recipe } : recipe;
  const shortened = { sweep: sweep && sparseSweep(isChecked(sweep) ? sweep : parseSweep(sweep)), ...rest };
  const payload = toBase64Url(await deflate(new TextEncoder().encode(JSON.stringify(inOrder(shortened)))));
  const items = [...flags]
    .filter(([name]) => FLAG.test(name) && !VERSION.test(name))
    .map(([name, value]) => (value === '' ? name : `${name}=${encodeURIComponent(value)}`));
  return `#${[`u${RECIPE_VERSION}=${payload}`, ...items].join('&')}`;
}

/**
 * Reads the recipe in a link, which may come from anyone. Only the hash is read, and nothing is fetched.
 * @param link - A whole address, or its hash alone, with or without "#".
 * @param limits - What it may contain at most.
 * @returns The recipe, which has a sweep.
 * @throws UsageError that says what is wrong, in one line.
 */
export async function readLink(link: string, limits: LinkLimits = {}): Promise<Recipe & { sweep: Sweep }> {
  const { characters, bytes } = { ...LIMITS, ...limits };
  const hash = hashOf(link);
  if (hash.length > characters) {
    throw new UsageError(
      `The link's hash has ${hash.length} characters, but the maximum is ${characters}: use a recipe file instead.`,
    );
  }
  const item = itemsOf(hash).find(({ name }) => VERSION.test(name));
  if (!item || item.value === '') {
    throw new UsageError(
      `${quote(link)} holds no recipe: copy a link with Share in the explorer; it contains "#u${RECIPE_VERSION}=".`,
    );
  }
  const version = Number(VERSION.exec(item.name)![1]);
  if (version < 1 || version > RECIPE_VERSION) {
    throw new UsageError(
      `The link has version ${version}, but this version of Untrained reads ` +
        `${RECIPE_VERSION > 1 ? `1 to ${RECIPE_VERSION}` : '1'}: update Untrained, or copy the link again.`,
    );
  }
  const recipe = parseRecipe(withVersion(await unpack(item.value, bytes), version));
  if (!recipe.sweep) throw new UsageError('The link holds no sweep: only sweeps can be put in links.');
  return { ...recipe, sweep: recipe.sweep };
}

/**
 * The flags beside a link's recipe, whether or not there is a recipe. Of several with one name, the first counts.
 * @param link - A whole address, or its hash alone; of any origin.
 */
export function flagsIn(link: string): Map<string, string> {
  const flags = new Map<string, string>();
  for (const { name, value } of itemsOf(hashOf(link).slice(0, LIMITS.characters))) {
    if (FLAG.test(name) && !VERSION.test(name) && !flags.has(name)) flags.set(name, decoded(value));
  }
  return flags;
}

/** What follows the first "#". A text without any is taken as a hash, unless it is an address. */
function hashOf(link: string): string {
  const at = link.indexOf('#');
  if (at >= 0) return link.slice(at + 1).trim();
  return /^[a-z][a-z0-9+.-]*:/i.test(link) ? '' : link.trim();
}

/** The items of a hash. Some programs escape "=" and "&" when they pass a link on. */
function itemsOf(hash: string): { name: string; value: string }[] {
  const plain = /^[^=&]*%3D/i.test(hash) ? decoded(hash) : hash;
  return plain.split('&').map((item) => {
    const at = item.indexOf('=');
    return at < 0 ? { name: item, value: '' } : { name: item.slice(0, at), value: item.slice(at + 1) };
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The JSON in a payload. @throws UsageError if it is damaged or too long. */
async function unpack(payload: string, maximum: number): Promise<string> {
  const damaged = (what: string, cause?: unknown) =>
    new UsageError(`The link is damaged (${what}): copy the whole link again.`, { cause });
  const packed = fromBase64Url(payload);
  if (!packed)
    throw damaged('its recipe has characters other than A-Z, a-z, 0-9, - and _, or ends too early');
  let bytes: Uint8Array;
  try {
    bytes = await inflate(packed, maximum);
  } catch (error) {
    if (!(error instanceof TooLongError)) throw damaged('its recipe cannot be decompressed', error);
    throw new UsageError(
      `The link's recipe has more than ${maximum} bytes, which is the maximum: use a recipe file instead.`,
    );
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    JSON.parse(text);
  } catch (error) {
    throw damaged('its recipe is not JSON in UTF-8', error);
  }
  return text;
}

/** A recipe's JSON with its version, which is outside the JSON in links. */
function withVersion(json: string, version: number): string {
  const [, fields] = /^\s*\{\s*(.*)$/s.exec(json) ?? [];
  if (fields === undefined) return json; // not a recipe, as the parser will say
  return `{"untrained":${version}${fields.startsWith('}') ? '' : ','}${fields}`;
}

function isSweep(recipe: Recipe | Sweep): recipe is Sweep {
  return 'seconds' in recipe;
}

/** Fields in this order, and then others by name, such as those of tracks: equal recipes have equal links. */
const ORDER = ['sweep', ...sweepFieldNames, ...networkParameterNames, ...viewFieldNames];

/** The same plain data with the fields of every object in order. */
function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inOrder);
  const rank = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
      .map(([name, item]) => [name, inOrder(item)]),
  );
}
