/** WebM (RFC 8794 and 9559): nested elements, with names and lengths of one to eight bytes. The note is the
 *  COMMENT tag. */

import { type Bytes, Malformed } from '../bytes.js';
import { type AudioTrack, type Found, MOST_NOTE, type Reader, type Times } from './found.js';

/** The elements that we use, with their names in RFC 9559. */
const ID = {
  segment: 0x18538067,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  duration: 0x4489,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  codecId: 0x86,
  video: 0xe0,
  audio: 0xe1,
  samplingFrequency: 0xb5,
  channels: 0x9f,
  pixelWidth: 0xb0,
  pixelHeight: 0xba,
  defaultDuration: 0x23e383,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
  blockGroup: 0xa0,
  block: 0xa1,
  tags: 0x1254c367,
  tag: 0x7373,
  simpleTag: 0x67c8,
  tagName: 0x45a3,
  tagString: 0x4487,
};

/** The elements whose children we read. */
const NESTED = new Set([
  ID.segment,
  ID.info,
  ID.tracks,
  ID.trackEntry,
  ID.video,
  ID.audio,
  ID.cluster,
  ID.blockGroup,
  ID.tags,
  ID.tag,
  ID.simpleTag,
]);

/** Deeper than any of those is nested. */
const MOST_DEPTH = 8;

export const webmReader: Reader = {
  begins: (head) => head.startsWith('\x1aE\xdf\xa3'),
  read: (bytes, only) => readWebm(bytes, only).found,
  times: (bytes) => readWebm(bytes).times,
};

function readWebm(bytes: Bytes, only?: 'note'): { found: Found; times: Times } {
  const found: Found = { width: 0, height: 0, frames: 0, seconds: 0 };
  let [scale, duration] = [1_000_000, 0]; // nanoseconds per tick, and ticks
  let tag = '';
  let cluster = 0;
  let frame = 0;
  let track: Track = { number: 0, codec: '', frame: 0 };
  const tracks: Track[] = [];
  const blocks = new Map<number, number[]>(); // the times of each track's blocks

  function read(start: number, end: number, depth: number): void {
    if (depth > MOST_DEPTH) throw new Malformed('is cut short or damaged');
    for (let at = start; at < end; ) {
      bytes.count();
      const id = number(bytes, at, false);
      const size = number(bytes, at + id.length, true);
      const data = at + id.length + size.length;
      const stop = size.value === UNKNOWN ? end : data + size.value; // unknown lengths are from live streams
      if (stop > end) throw new Malformed('is cut short or damaged');
      const length = stop - data;
      const whole = () => (length === 0 || length > 6 ? 0 : bytes.be(data, length));
      // Clusters are nearly all of the file. One of unknown length must be read to find its end.
      const skipped = only === 'note' && id.value === ID.cluster && size.value !== UNKNOWN;
      const text = () => bytes.text(data, Math.min(length, MOST_NOTE)).replace(/\0+$/, '');
      if (id.value === ID.trackEntry) {
        track = { number: 0, codec: '', frame: 0 };
        tracks.push(track);
      }
      if (id.value === ID.audio) track.audio = { channels: 1, rate: 8000 }; // RFC 9559's defaults
      if (NESTED.has(id.value) && !skipped) read(data, stop, depth + 1);
      else if (id.value === ID.timestampScale) scale = whole();
      else if (id.value === ID.duration) duration = float(bytes, data, length);
      else if (id.value === ID.pixelWidth) found.width ||= whole();
      else if (id.value === ID.pixelHeight) found.height ||= whole();
      else if (id.value === ID.trackNumber) track.number = whole();
      else if (id.value === ID.codecId) track.codec = text();
      else if (id.value === ID.defaultDuration) track.frame = whole();
      else if (id.value === ID.channels && track.audio) track.audio.channels = whole();
      else if (id.value === ID.samplingFrequency && track.audio)
        track.audio.rate = float(bytes, data, length);
      else if (id.value === ID.timestamp) cluster = whole();
      else if (id.value === ID.simpleBlock || id.value === ID.block) {
        const { value, length } = number(bytes, data, true);
        const starts = blocks.get(value) ?? [];
        if (starts.length === 0) blocks.set(value, starts);
        starts.push(cluster + ((bytes.be(data + length, 2) << 16) >> 16));
      } else if (id.value === ID.tagName) tag = text();
      else if (id.value === ID.tagString && tag === 'COMMENT') found.note = text();
      at = stop;
    }
  }
  read(0, bytes.size, 0);
  if (found.width === 0) throw new Malformed('has no pictures');
  const pictures = tracks.find(({ audio }) => !audio);
  const sound = tracks.find(({ audio }) => audio);
  const starts = blocks.get(pictures?.number ?? 0) ?? [];
  frame = pictures?.frame ?? 0;
  found.frames = starts.length;
  if (pictures?.codec) found.codec = pictures.codec;
  if (sound?.audio) {
    found.audio = { codec: sound.codec === 'A_OPUS' ? 'Opus' : sound.codec, ...sound.audio };
    // The film's duration is that of its longest track, and sound is stored in packets.
    if (frame > 0) duration = Math.min(duration, (starts.length * frame) / scale);
  }
  const times = {
    ticks: 1e9 / scale,
    exact: false,
    starts: starts.sort((a, b) => a - b),
    end: duration,
    frame,
  };
  return { found: { ...found, seconds: (scale * duration) / 1e9 }, times };
}

/** What a track's header says. */
interface Track {
  number: number;
  codec: string;
  /** The duration of a frame in nanoseconds; 0 if it is not stated. */
  frame: number;
  audio?: Omit<AudioTrack, 'codec'>;
}

const UNKNOWN = -1;

/** A variable-length number: the leading zero bits of its first byte give its length. Names include the marker bit. */
function number(bytes: Bytes, at: number, drop: boolean): { value: number; length: number } {
  const first = bytes.u8(at);
  const length = Math.clz32(first) - 23;
  if (length > 8) throw new Malformed('is cut short or damaged');
  let value = drop ? first & (0xff >> length) : first;
  let ones = value === 0xff >> length;
  for (const byte of bytes.slice(at + 1, length - 1)) {
    value = 256 * value + byte;
    ones &&= byte === 0xff;
  }
  return { value: drop && ones ? UNKNOWN : value, length };
}

function float(bytes: Bytes, at: number, length: number): number {
  const value = length === 4 || length === 8 ? bytes.float(at, length) : 0;
  return Number.isFinite(value) && value > 0 ? value : 0;
}
