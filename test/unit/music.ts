/** Music of a known tempo, and other sounds, as samples of one channel at 44.1 kHz. All notes are our own. */

const RATE = 44_100;

/** What to play. */
export interface Music {
  seconds: number;
  /** Beats per minute. */
  bpm: number;
  /** When the first beat comes, in seconds. */
  start?: number;
  /** How late notes between beats are: 0, or 1 for triplets. */
  swing?: number;
  /** By how much the beats' distances change in the course of the music: 0.05 = 5 %. */
  rubato?: number;
  /** The amplitude of noise. */
  noise?: number;
}

/** A kick on each beat, a snare on every second one, hi-hats and notes between them. */
export function music({ seconds, bpm, start = 0, swing = 0, rubato = 0, noise = 0 }: Music): {
  samples: Float32Array;
  beats: number[];
} {
  const samples = new Float32Array(Math.round(seconds * RATE));
  const random = randomFrom(7);
  const beats: number[] = [];
  for (let t = start; t < seconds; t += (60 / bpm) * (1 + rubato * Math.sin(beats.length))) beats.push(t);
  const add = (at: number, length: number, wave: (t: number) => number) => {
    const first = Math.round(at * RATE);
    const end = Math.min(samples.length, first + Math.round(length * RATE));
    for (let i = first; i < end; i++) samples[i] += wave((i - first) / RATE);
  };
  const sine = (hertz: number, t: number) => Math.sin(2 * Math.PI * hertz * t);
  for (const [i, beat] of beats.entries()) {
    const between = beat + (60 / bpm) * (0.5 + swing / 6);
    add(beat, 0.3, (t) => 0.5 * sine(60, t) * Math.exp(-12 * t));
    if (i % 2 === 1) add(beat, 0.2, (t) => 0.3 * (random() - 0.5) * Math.exp(-20 * t));
    add(between, 0.08, (t) => 0.15 * (random() - random()) * Math.exp(-50 * t));
    const note = 220 * 2 ** ([0, 3, 7, 5, 10, 7, 3, 2][i % 8] / 12);
    for (const [at, hertz] of [
      [beat, note],
      [between, note * 1.5],
    ])
      add(at, 0.25, (t) => 0.12 * Math.min(1, 100 * t) * sine(hertz, t) * Math.exp(-6 * t));
  }
  if (noise > 0) for (let i = 0; i < samples.length; i++) samples[i] += noise * (2 * random() - 1);
  return { samples, beats };
}

/** Random numbers from 0 to 1, always the same for a seed. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A WAV file of 16 bits. @param channels - Each the same. */
export function wavOf(samples: Float32Array, { rate = RATE, channels = 1 } = {}): Buffer {
  const bytes = 2 * channels * samples.length;
  const file = Buffer.alloc(44 + bytes);
  file.write('RIFF', 0);
  file.writeUInt32LE(36 + bytes, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(channels, 22);
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(2 * channels * rate, 28);
  file.writeUInt16LE(2 * channels, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36);
  file.writeUInt32LE(bytes, 40);
  for (let i = 0; i < samples.length; i++) {
    const value = Math.round(Math.max(-1, Math.min(1, samples[i])) * 32_767);
    for (let k = 0; k < channels; k++) file.writeInt16LE(value, 44 + 2 * (i * channels + k));
  }
  return file;
}
