/** WebM (RFC 8794 and 9559): nested elements, with names and lengths of one to eight bytes. The note is the
 *  COMMENT tag. */

import { type Bytes, big, Malformed, type Patch } from '../bytes.js';
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
  trackType: 0x83,
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

/** A track and its blocks. */
interface Track {
  /** 1 = pictures, 2 = sound. */
  type: number;
  codec: string;
  audio: Omit<AudioTrack, 'codec'>;
  /** When its blocks begin, in ticks. */
  starts: number[];
  /** Where the file says so: the offset of 16 bits, which count from the beginning of the cluster. */
  timesAt: number[];
  /** The beginnings of the blocks' clusters. */
  clusters: number[];
}

/** What is not stated, by RFC 9559. */
const MONO = { channels: 1, rate: 8000 };

const PICTURES = 1;
const SOUND = 2;

function readWebm(
  bytes: Bytes,
  only?: 'note',
): { found: Found; times: Times; sound: Track | undefined; durationAt: number; durationBytes: number } {
  const found: Found = { width: 0, height: 0, frames: 0, seconds: 0 };
  let [scale, duration] = [1_000_000, 0]; // nanoseconds per tick, and ticks
  let [durationAt, durationBytes] = [0, 0];
  let tag = '';
  let [cluster, frame] = [0, 0];
  const tracks = new Map<number, Track>();
  const trackOf = (number: number): Track => {
    const track = tracks.get(number) ?? {
      type: 0,
      codec: '',
      audio: MONO,
      starts: [],
      timesAt: [],
      clusters: [],
    };
    tracks.set(number, track);
    return track;
  };
  let entry = { number: 0, type: 0, codec: '', audio: MONO };

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
        entry = { number: 0, type: 0, codec: '', audio: MONO };
        read(data, stop, depth + 1);
        const { type, codec, audio } = entry;
        Object.assign(trackOf(entry.number), { type, codec, audio });
      } else if (NESTED.has(id.value) && !skipped) read(data, stop, depth + 1);
      else if (id.value === ID.timestampScale) scale = whole();
      else if (id.value === ID.duration) {
        duration = float(bytes, data, length);
        [durationAt, durationBytes] = [data, length];
      } else if (id.value === ID.pixelWidth) found.width ||= whole();
      else if (id.value === ID.pixelHeight) found.height ||= whole();
      else if (id.value === ID.trackNumber) entry.number = whole();
      else if (id.value === ID.trackType) entry.type = whole();
      else if (id.value === ID.codecId) entry.codec = text();
      else if (id.value === ID.channels) entry.audio = { ...entry.audio, channels: whole() };
      else if (id.value === ID.samplingFrequency)
        entry.audio = { ...entry.audio, rate: float(bytes, data, length) };
      else if (id.value === ID.defaultDuration) {
        if (entry.type !== SOUND) frame = whole();
      } else if (id.value === ID.timestamp) cluster = whole();
      else if (id.value === ID.simpleBlock || id.value === ID.block) {
        const of = number(bytes, data, true);
        const track = trackOf(of.value);
        track.starts.push(cluster + ((bytes.be(data + of.length, 2) << 16) >> 16));
        track.timesAt.push(data + of.length);
        track.clusters.push(cluster);
      } else if (id.value === ID.tagName) tag = text();
      else if (id.value === ID.tagString && tag === 'COMMENT') found.note = text();
      at = stop;
    }
  }
  read(0, bytes.size, 0);
  if (found.width === 0) throw new Malformed('has no pictures');
  const all = [...tracks.values()];
  // Damaged files may not say what a track is, or describe it under another number than its blocks have.
  const visible = all.filter(({ type }) => type !== SOUND);
  const pictures =
    visible.find(({ type }) => type === PICTURES) ?? visible.find(({ starts }) => starts.length > 0);
  const sound = all.find(({ type }) => type === SOUND);
  const starts = pictures?.starts ?? [];
  const codec = pictures?.codec || visible.find(({ codec }) => codec)?.codec;
  if (codec) found.codec = codec;
  if (sound) found.audio = { codec: sound.codec === 'A_OPUS' ? 'Opus' : sound.codec, ...sound.audio };
  found.frames = starts.length;
  const times = {
    ticks: 1e9 / scale,
    exact: false,
    starts: [...starts].sort((a, b) => a - b),
    end: duration,
    frame,
  };
  return {
    found: { ...found, seconds: (scale * duration) / 1e9 },
    times,
    sound,
    durationAt,
    durationBytes,
  };
}

/** How long Opus packets are, in milliseconds: libopus's default. */
const PACKET = 20;

/**
 * Corrects the times of a film with sound that ffmpeg has written, in ticks of a millisecond. Versions differ: in some,
 * the sound begins too early by the encoder's delay, which the file also states; and the film's duration includes
 * that delay.
 * @param end - The film's duration in ticks.
 */
export function soundInTime(bytes: Bytes, end: number): Patch[] {
  const { sound, durationAt, durationBytes } = readWebm(bytes);
  if (!sound) return [];
  const { starts, timesAt, clusters } = sound;
  const patches = starts.flatMap((start, i): Patch[] => {
    const late = start - starts[0];
    const even = PACKET * Math.round(late / PACKET);
    const time = Math.abs(even - late) <= 1 ? even : late; // ffmpeg rounds after adding the delay
    return time === start ? [] : [{ at: timesAt[i], bytes: big((time - clusters[i]) & 0xffff, 2) }];
  });
  if (durationBytes === 8) {
    const value = new DataView(new ArrayBuffer(8));
    value.setFloat64(0, end);
    patches.push({ at: durationAt, bytes: new Uint8Array(value.buffer) });
  }
  return patches;
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
