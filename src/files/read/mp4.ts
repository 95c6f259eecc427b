/** MP4 (ISO/IEC 14496-12) and QuickTime's MOV: nested boxes. The first track with pictures counts; the note is the
 *  file's comment. */

import { type Bytes, big, Malformed, textOf } from '../bytes.js';
import { type AudioTrack, type Found, MOST_NOTE, type Reader, type Times } from './found.js';

/** @internal */
export interface Box {
  name: string;
  /** The range of its content, after the header; `end` is exclusive. */
  start: number;
  end: number;
}

/** MP4 and all other ISO media; their first brand is not QuickTime's. */
export const mp4Reader: Reader = {
  begins: (head) => head.startsWith('ftyp', 4) && !isQuickTime(head) && !isAvif(head),
  read: readMp4,
  times: readTimes,
};

export const movReader: Reader = { begins: isQuickTime, read: readMp4, times: readTimes };

function isQuickTime(head: string): boolean {
  return head.startsWith('ftypqt  ', 4);
}

/** Whether a file begins like an AVIF: animated, or a still. */
export const isAvif = (head: string): boolean =>
  head.startsWith('ftypavis', 4) || head.startsWith('ftypavif', 4);

function readMp4(bytes: Bytes): Found {
  const note = readComment(bytes, findBox(bytes, 'moov'));
  return { ...readFilm(bytes), ...(note && { note }) };
}

/** Everything but the note. @throws Malformed if there are no pictures. */
export function readFilm(bytes: Bytes): Found {
  const moov = findBox(bytes, 'moov');
  if (!moov) throw new Malformed('has no index of its frames');
  let video: Found | undefined;
  let audio: AudioTrack | undefined;
  let editLists = false;
  for (const track of boxes(bytes, moov)) {
    if (track.name !== 'trak') continue;
    video ??= readTrack(bytes, track);
    audio ??= readAudio(bytes, track);
    editLists ||= find(bytes, track, 'edts', 'elst') !== undefined;
  }
  if (!video) throw new Malformed('has no pictures');
  return { ...video, ...(audio && { audio }), editLists };
}

/** What QuickTime and MP4 call uncompressed sound. */
const PCM = ['sowt', 'twos', 'lpcm', 'in24', 'in32', 'fl32', 'fl64', 'ipcm', 'fpcm', 'raw '];

/** A track's sound; undefined if the track has something else. */
function readAudio(bytes: Bytes, track: Box): AudioTrack | undefined {
  const code = soundIn(bytes, track);
  const entry = code && find(bytes, track, 'mdia', 'minf', 'stbl', 'stsd');
  if (!code || !entry) return undefined;
  const names: Record<string, string> = { mp4a: 'AAC', Opus: 'Opus' };
  return {
    codec: PCM.includes(code) ? 'PCM' : (names[code] ?? code),
    channels: bytes.be(entry.start + 8 + 24, 2), // ISO/IEC 14496-12, 12.2.3
    rate: bytes.be(entry.start + 8 + 32, 2), // 16.16 fixed point
  };
}

/** The codec of a track with sound. */
function soundIn(bytes: Bytes, track: Box): string | undefined {
  const handler = find(bytes, track, 'mdia', 'hdlr');
  if (!handler || bytes.text(handler.start + 8) !== 'soun') return undefined;
  const entry = find(bytes, track, 'mdia', 'minf', 'stbl', 'stsd');
  return entry && bytes.text(entry.start + 8 + 4);
}

/** What MP4 and AVIF call a track with pictures. */
const PICTURES = ['vide', 'pict'];

/** A track's pictures; undefined if the track has something else. */
function readTrack(bytes: Bytes, track: Box): Found | undefined {
  const handler = find(bytes, track, 'mdia', 'hdlr');
  if (!handler || !PICTURES.includes(bytes.text(handler.start + 8))) return undefined;
  const entry = find(bytes, track, 'mdia', 'minf', 'stbl', 'stsd'); // the first sample description, after their number
  const times = find(bytes, track, 'mdia', 'minf', 'stbl', 'stts');
  const header = find(bytes, track, 'mdia', 'mdhd');
  if (!entry || !times || !header) throw new Malformed('has no index of its frames');
  const scale = scaleOf(bytes, header);
  let [frames, ticks] = [0, 0];
  for (let i = 0, rows = bytes.be(times.start + 4, 4); i < rows; i++) {
    bytes.count();
    const count = bytes.be(times.start + 8 + 8 * i, 4);
    frames += count;
    ticks += count * bytes.be(times.start + 12 + 8 * i, 4);
  }
  return {
    width: bytes.be(entry.start + 8 + 32, 2), // ISO/IEC 14496-12, 12.1.3: after 8 + 8 + 16 other bytes
    height: bytes.be(entry.start + 8 + 34, 2),
    frames,
    seconds: scale > 0 ? ticks / scale : 0,
    codec: bytes.text(entry.start + 8 + 4),
  };
}

/** The ticks per second of a track or a film. Dates are longer in version 1. */
const scaleOf = (bytes: Bytes, header: Box): number =>
  bytes.be(header.start + (bytes.u8(header.start) === 1 ? 20 : 12), 4);

/** When the first track with pictures shows them: decoding times, each plus its offset, less what the edit list cuts
 *  away. */
export function readTimes(bytes: Bytes): Times {
  const moov = findBox(bytes, 'moov');
  for (const track of moov ? boxes(bytes, moov) : []) {
    if (track.name !== 'trak' || !readTrack(bytes, track)) continue;
    const table = (name: string) => find(bytes, track, 'mdia', 'minf', 'stbl', name);
    const deltas = [...runsIn(bytes, table('stts')!)];
    const offsets = table('ctts');
    const later = offsets && [...runsIn(bytes, offsets)];
    const edits = find(bytes, track, 'edts', 'elst');
    const cut = edits && bytes.be(edits.start + 4, 4) === 1 ? signed(bytes.be(edits.start + 12, 4)) : 0;
    let decoded = 0;
    const starts = deltas.map((delta, i) => {
      const start = decoded + signed(later?.[i] ?? 0) - cut;
      decoded += delta;
      return start;
    });
    const ticks = scaleOf(bytes, find(bytes, track, 'mdia', 'mdhd')!);
    // The last frame lasts until the end of the track, unless the edit list, in the film's coarser ticks, ends earlier.
    const film = scaleOf(bytes, find(bytes, moov!, 'mvhd')!);
    const edited = edits ? (bytes.be(edits.start + 8, 4) * ticks) / film : decoded;
    const end = Math.abs(edited - decoded) > ticks / film ? edited : decoded;
    return { ticks, exact: true, starts: sorted(starts), end };
  }
  throw new Malformed('has no pictures');
}

/** The offset in the file of each stored frame of the first track with pictures, in the order of decoding. */
export function* frameOffsets(bytes: Bytes): Generator<number> {
  const moov = findBox(bytes, 'moov');
  for (const track of moov ? boxes(bytes, moov) : []) {
    if (track.name !== 'trak' || !readTrack(bytes, track)) continue;
    const table = (name: string) => find(bytes, track, 'mdia', 'minf', 'stbl', name);
    const [sizes, groups, short, long] = ['stsz', 'stsc', 'stco', 'co64'].map(table);
    const offsets = short ?? long;
    if (!sizes || !groups || !offsets) throw new Malformed('has no index of its frames');
    const size = bytes.be(sizes.start + 4, 4); // 0: each frame has its own
    const frames = bytes.be(sizes.start + 8, 4);
    const [rows, chunks] = [groups, offsets].map(({ start }) => bytes.be(start + 4, 4));
    let frame = 0;
    for (let chunk = 1, row = 0; chunk <= chunks; chunk++) {
      if (row + 1 < rows && bytes.be(groups.start + 8 + 12 * (row + 1), 4) <= chunk) row++;
      let at = short ? bytes.be(short.start + 4 + 4 * chunk, 4) : bytes.be64(offsets.start + 8 * chunk);
      for (let left = bytes.be(groups.start + 12 + 12 * row, 4); left > 0 && frame < frames; left--) {
        bytes.count();
        yield at;
        at += size || bytes.be(sizes.start + 12 + 4 * frame, 4);
        frame++;
      }
    }
    return;
  }
}

/** The values of a table of runs: how often, and which value. */
function* runsIn(bytes: Bytes, { start }: Box): Generator<number> {
  for (let i = 0, rows = bytes.be(start + 4, 4); i < rows; i++) {
    const [count, value] = [bytes.be(start + 8 + 8 * i, 4), bytes.be(start + 12 + 8 * i, 4)];
    for (let k = 0; k < count; k++) {
      bytes.count();
      yield value;
    }
  }
}

const signed = (value: number) => value | 0;
const sorted = (values: number[]) => values.sort((a, b) => a - b);

/** The comment, as ffmpeg writes tags: each is a box that contains a data box. In an MP4, boxes have iTunes' names
 *  (©cmt); in a MOV, their number in a list of keys. */
function readComment(bytes: Bytes, moov: Box | undefined): string | undefined {
  const udta = moov && find(bytes, moov, 'udta', 'meta');
  if (!udta) return undefined;
  const meta = { ...udta, start: udta.start + 4 };
  const keys = find(bytes, meta, 'keys');
  const name = keys ? keyOf(bytes, keys, 'comment') : '\xa9cmt';
  const data = name && find(bytes, meta, 'ilst', name, 'data');
  if (!data || data.end - data.start < 8 || data.end - data.start > MOST_NOTE) return undefined;
  return bytes.text(data.start + 8, data.end - data.start - 8); // after type and language
}

/** The name of a key's box: the key's number, from 1, in four bytes. */
function keyOf(bytes: Bytes, keys: Box, key: string): string | undefined {
  let number = 1;
  for (const { name, start, end } of boxes(bytes, { ...keys, start: keys.start + 8 })) {
    if (name === 'mdta' && end - start === key.length && bytes.text(start, key.length) === key)
      return textOf(big(number, 4));
    number++;
  }
  return undefined;
}

/** The first box with that name at a file's top level. */
export const findBox = (bytes: Bytes, name: string): Box | undefined =>
  find(bytes, { name: '', start: 0, end: bytes.size }, name);

/** Finds a nested box by its path: in each box, the first with the next name. */
export function find(bytes: Bytes, box: Box, ...names: string[]): Box | undefined {
  const [name, ...rest] = names;
  if (name === undefined) return box;
  for (const child of boxes(bytes, box)) if (child.name === name) return find(bytes, child, ...rest);
  return undefined;
}

/** The boxes in a box. */
export function* boxes(bytes: Bytes, { start, end }: Box): Generator<Box> {
  for (let at = start; at + 8 <= end; ) {
    bytes.count();
    const short = bytes.be(at, 4);
    const name = bytes.text(at + 4);
    const header = short === 1 ? 16 : 8;
    const size = short === 1 ? bytes.be64(at + 8) : short === 0 ? end - at : short; // 0: up to the end
    if (size < header || at + size > end) throw new Malformed('is cut short or damaged');
    yield { name, start: at + header, end: at + size };
    at += size;
  }
}
