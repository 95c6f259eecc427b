/**
 * Recognises sound files by their first bytes, so that ffmpeg is told what a file is and never guesses that it is a
 * playlist.
 */
import { UsageError } from '../core/errors.js';
import { textOf } from '../files/bytes.js';

/** A kind of file that can have sound. */
interface Container {
  /** For messages. */
  title: string;
  /** ffmpeg's name of its demuxer. */
  demuxer: string;
  /** Further options of the demuxer. */
  options?: readonly string[];
  /** Whether a file is of this kind, given its first bytes as Latin-1 text. */
  begins(head: string): boolean;
}

/** How many of a file's first bytes identify its kind. */
export const HEAD = 4096;

/** The first that recognises a file reads it. */
const containers: readonly Container[] = [
  {
    title: 'WAV',
    demuxer: 'wav',
    begins: (head) => /^(RIFF|RF64|BW64)/.test(head) && head.startsWith('WAVE', 8),
  },
  {
    title: 'MP4',
    demuxer: 'mov',
    // Tracks may name other files. These are ffmpeg's defaults, too.
    options: ['-enable_drefs', '0', '-use_absolute_path', '0'],
    begins: (head) => /^(ftyp|moov|mdat|wide)/.test(head.slice(4)),
  },
  { title: 'Ogg', demuxer: 'ogg', begins: (head) => head.startsWith('OggS') },
  { title: 'FLAC', demuxer: 'flac', begins: (head) => head.startsWith('fLaC') },
  { title: 'WebM', demuxer: 'matroska', begins: (head) => head.startsWith('\x1aE\xdf\xa3') },
  {
    title: 'AIFF',
    demuxer: 'aiff',
    begins: (head) => head.startsWith('FORM') && /^AIF[FC]/.test(head.slice(8)),
  },
  { title: 'AAC', demuxer: 'aac', begins: (head) => /^\xff[\xf0\xf1\xf8\xf9]/.test(head) },
  { title: 'MP3', demuxer: 'mp3', begins: (head) => /^\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff]/.test(head) },
];

/** Text that begins a playlist or another file that names files. */
const PLAYLIST = /^(\xef\xbb\xbf)?\s*(#EXTM3U|ffconcat|\[playlist\]|<\?xml|<(MPD|asx|smil)\b|(FILE|file)\s)/i;

/** The container that a file's bytes name, skipping an ID3 tag: MP3, FLAC and AAC may begin with one. */
export function containerOf(read: (at: number) => Uint8Array, path: string): Container {
  let head = textOf(read(0));
  const tagged = /^ID3[^\xff][^\xff].[^\x80-\xff]{4}/s.test(head);
  if (tagged) {
    const size = [6, 7, 8, 9].reduce((sum, at) => 128 * sum + head.charCodeAt(at), 0);
    head = textOf(read(10 + size)).replace(/^\0+/, '');
  }
  const found = containers.find(({ begins }) => begins(head));
  if (found) return found;
  if (tagged) return containers.find(({ demuxer }) => demuxer === 'mp3')!; // ffmpeg searches for its first frame
  if (PLAYLIST.test(head)) {
    throw new UsageError(`${path} is a playlist, or names other files: give the sound file itself.`);
  }
  throw new UsageError(
    `${path} is not a sound file that Untrained can read: give a .wav, .mp3, .m4a, .ogg, .flac or .opus, or a film with sound.`,
  );
}
