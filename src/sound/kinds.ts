/** Recognises sound files by their first bytes. If ffmpeg had to guess, it might take a file for a playlist. */

/** How many bytes of a file are needed to recognise it. */
export const HEAD_BYTES = 64;

/**
 * ffmpeg's name of a sound file's container: WAV, MP3, M4A and other ISO media, Ogg, FLAC, AIFF, AAC, WebM, Matroska.
 * @param head - The file's first HEAD_BYTES, or all if it has fewer.
 * @returns Undefined for any other file.
 */
export function containerOf(head: Uint8Array): string | undefined {
  const text = (at: number, length = 4) => String.fromCharCode(...head.subarray(at, at + length));
  if (/^(RIFF|RF64)$/.test(text(0)) && text(8) === 'WAVE') return 'wav';
  if (text(0) === 'riff') return 'w64';
  if (text(0) === 'FORM' && /^AIF[FC]$/.test(text(8))) return 'aiff';
  if (text(0) === 'fLaC') return 'flac';
  if (text(0) === 'OggS') return 'ogg';
  if (text(0) === '\x1aE\xdf\xa3') return 'matroska';
  if (/^(ftyp|moov|mdat|free|skip|wide)$/.test(text(4))) return 'mov';
  if (text(0, 3) === 'ID3') return 'mp3';
  if (head[0] === 0xff && (head[1] & 0xe0) === 0xe0) return (head[1] & 6) === 0 ? 'aac' : 'mp3'; // MPEG's layers
  return undefined;
}
