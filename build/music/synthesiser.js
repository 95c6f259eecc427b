/**
 * A small synthesiser for seamless loops. It only adds, multiplies, divides and takes square roots, which IEEE 754
 * defines to the last bit, so that every machine writes the same bytes; Math.sin and Math.exp differ between engines.
 */

/** In Hz. */
export const RATE = 44_100;

const SEMITONE = 1.0594630943592953; // 2 ** (1 / 12)
const NAMES = { C: -9, D: -7, E: -5, F: -4, G: -2, A: 0, B: 2 };

/** The frequency in Hz of a note such as A4, Bb2 or F#3. */
export function frequencyOf(name) {
  const [, letter, sign, octave] = /^([A-G])([#b]?)(\d)$/.exec(name);
  const semitones = NAMES[letter] + (sign === '#') - (sign === 'b') + 12 * (Number(octave) - 4);
  let frequency = 440;
  for (let i = 0; i < Math.abs(semitones); i++) frequency *= semitones > 0 ? SEMITONE : 1 / SEMITONE;
  return frequency;
}

/** The sine of an angle in turns, by Taylor's series on a quarter turn: within 4e-6. */
export function sine(turns) {
  const t = turns - Math.floor(turns);
  const u = t < 0.25 ? 4 * t : t < 0.75 ? 2 - 4 * t : 4 * t - 4;
  const v = u * u;
  return u * (1.5707963268 - v * (0.6459640975 - v * (0.0796926262 - v * (0.0046817541 - v * 0.0001604412))));
}

/** How long echoes and halls are heard, in samples. */
const WARM_UP = 4 * RATE;

/** The factor per sample of an exponential decay: about a third is left after this many seconds. */
const decayOf = (seconds) => 1 - 1 / (seconds * RATE);

/** White noise in [-1, 1): Marsaglia's xorshift. */
export function noise(seed) {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x / 2 ** 31;
  };
}

/**
 * A loop of music: what sounds beyond its end is heard at its beginning.
 * Patterns have 16 steps for each bar of four beats: a note or chord (A1, C4+E4+G4), - to hold it, or . for silence.
 */
export class Loop {
  constructor({ bpm, bars }) {
    this.step = (RATE * 60) / bpm / 4; // in samples
    this.length = Math.round(16 * bars * this.step);
    this.mix = new Float64Array(this.length);
  }

  /**
   * Plays a pattern on an instrument.
   * @param instrument - Called with each note's frequency in Hz, length in seconds and step. Returns how many samples
   *   it is heard, and a function that is called for each of them in turn.
   * @param level - The track's volume.
   * @param effects - Applied to the whole track, in this order.
   */
  play(pattern, instrument, level, ...effects) {
    const track = new Float64Array(this.length);
    const steps = pattern.trim().split(/\s+/);
    steps.forEach((names, at) => {
      if (names === '.' || names === '-') return;
      let held = 1;
      while (steps[at + held] === '-') held++;
      for (const name of names.split('+')) {
        const frequency = name === 'x' ? 0 : frequencyOf(name);
        const { samples, sample } = instrument(frequency, (held * this.step) / RATE, at);
        const start = Math.round(at * this.step);
        for (let i = 0; i < samples; i++) track[(start + i) % this.length] += sample(i);
      }
    });
    const finished = effects.reduce((sound, effect) => effect(sound), track);
    for (let i = 0; i < this.length; i++) this.mix[i] += level * finished[i];
    return this;
  }

  /** Makes everything played so far quieter for a moment at each note of a pattern, as pumping compressors do. */
  duck(pattern, depth, seconds) {
    const envelope = new Float64Array(this.length).fill(1);
    const decay = decayOf(seconds);
    pattern
      .trim()
      .split(/\s+/)
      .forEach((name, at) => {
        if (name === '.' || name === '-') return;
        const start = Math.round(at * this.step);
        const attack = 0.004 * RATE;
        for (let i = 0, left = depth; left > 1e-4; i++) {
          const place = (start + i) % this.length;
          envelope[place] = Math.min(envelope[place], 1 - left * Math.min(1, i / attack));
          if (i > attack) left *= decay;
        }
      });
    for (let i = 0; i < this.length; i++) this.mix[i] *= envelope[i];
    return this;
  }

  /**
   * The loop as a WAV file: 16 bits, one channel.
   * @param drive - How loud it is; peaks are rounded off below `peak`, a fraction of full scale.
   */
  wav(drive, peak = 0.85) {
    const samples = limit(this.mix, drive, peak);
    const file = Buffer.alloc(44 + 2 * samples.length);
    file.write('RIFF', 0);
    file.writeUInt32LE(36 + 2 * samples.length, 4);
    file.write('WAVEfmt ', 8);
    file.writeUInt32LE(16, 16);
    file.writeUInt16LE(1, 20); // PCM
    file.writeUInt16LE(1, 22); // channels
    file.writeUInt32LE(RATE, 24);
    file.writeUInt32LE(2 * RATE, 28);
    file.writeUInt16LE(2, 32);
    file.writeUInt16LE(16, 34);
    file.write('data', 36);
    file.writeUInt32LE(2 * samples.length, 40);
    samples.forEach((sample, i) => {
      file.writeInt16LE(Math.round(32767 * sample), 44 + 2 * i);
    });
    return file;
  }
}

function limit(mix, drive, peak) {
  return mix.map((value) => {
    const x = drive * value;
    return (peak * x) / Math.sqrt(1 + x * x);
  });
}

/** Runs a filter around the loop. It hears the end of the loop before its beginning, so that there is no seam. */
function around(sound, filter) {
  const result = new Float64Array(sound.length);
  for (let i = Math.max(0, sound.length - WARM_UP); i < sound.length; i++) filter(sound[i]);
  for (let i = 0; i < sound.length; i++) result[i] = filter(sound[i]);
  return result;
}

/** Removes what is above a frequency in Hz: 12 dB per octave. */
export const lowpass = (frequency) => (sound) => {
  const a = Math.min(1, (6.2832 * frequency) / RATE / (1 + (6.2832 * frequency) / RATE));
  let [x, y] = [0, 0];
  return around(sound, (value) => {
    x += a * (value - x);
    y += a * (x - y);
    return y;
  });
};

/** Removes what is below a frequency in Hz: 6 dB per octave. */
export const highpass = (frequency) => (sound) => {
  const low = around(sound, onePole(frequency));
  return sound.map((value, i) => value - low[i]);
};

function onePole(frequency) {
  const a = (6.2832 * frequency) / RATE / (1 + (6.2832 * frequency) / RATE);
  let x = 0;
  return (value) => {
    x += a * (value - x);
    return x;
  };
}

/** Adds echoes, each darker and quieter than the one before. */
export const echo = (seconds, level) => (sound) => {
  const delay = Math.round(seconds * RATE);
  const line = new Float64Array(delay);
  const dark = onePole(2500);
  let at = 0;
  return around(sound, (value) => {
    const heard = line[at];
    line[at] = level * dark(value + heard);
    at = (at + 1) % delay;
    return value + heard;
  });
};

/** Adds the sound of a hall: Schroeder's reverberator, with damped combs and two all-pass filters. */
export const hall = (level) => (sound) => {
  const combs = [1687, 1601, 2053, 2251, 1907, 1429].map((delay) => ({
    line: new Float64Array(delay),
    at: 0,
    low: 0,
  }));
  const passes = [556, 225].map((delay) => ({ line: new Float64Array(delay), at: 0 }));
  const wet = around(sound, (value) => {
    let sum = 0;
    for (const comb of combs) {
      const heard = comb.line[comb.at];
      comb.low += 0.6 * (heard - comb.low);
      comb.line[comb.at] = value + 0.86 * comb.low;
      comb.at = (comb.at + 1) % comb.line.length;
      sum += heard;
    }
    sum /= combs.length;
    for (const pass of passes) {
      const heard = pass.line[pass.at];
      const fed = sum + 0.5 * heard;
      pass.line[pass.at] = fed;
      pass.at = (pass.at + 1) % pass.line.length;
      sum = heard - 0.5 * fed;
    }
    return sum;
  });
  return sound.map((value, i) => value + level * wet[i]);
};

/**
 * An instrument of sine waves at multiples of a note's frequency.
 * @param partials - [multiple, level, seconds in which it decays; 0 = it is held].
 * @param attack - In seconds.
 * @param release - What is heard after the note, in seconds.
 */
export const waves =
  (partials, { attack = 0.004, release = 0.08 } = {}) =>
  (frequency, seconds) => {
    const heard = partials
      .filter(([multiple]) => multiple * frequency < RATE / 3)
      .map(([multiple, level, decay]) => {
        return { turn: (multiple * frequency) / RATE, level, decay: decay === 0 ? 1 : decayOf(decay) };
      });
    const [rise, hold, fall] = [attack * RATE, seconds * RATE, release * RATE];
    const sample = (i) => {
      let sum = 0;
      for (const partial of heard) {
        sum += partial.level * sine(i * partial.turn);
        partial.level *= partial.decay;
      }
      const gate = Math.min(1, i / rise) * Math.min(1, (hold + fall - i) / fall);
      return sum * gate * gate * (3 - 2 * gate);
    };
    return { samples: Math.floor(hold + fall), sample };
  };

/** A bass drum: a sine wave that falls quickly from `high` to `low` Hz. */
export const kick =
  ({ high = 190, low = 47, fall = 0.028, decay = 0.16, click = 0.25 } = {}) =>
  () => {
    const [bend, fade, dull] = [decayOf(fall), decayOf(decay), decayOf(0.003)];
    let [extra, level, turn, sharp] = [high - low, 1, 0, click];
    const hiss = noise(19);
    const sample = (i) => {
      turn += (low + extra) / RATE;
      extra *= bend;
      if (i > 0.03 * RATE) level *= fade;
      sharp *= dull;
      const rounded = Math.min(1, i / 40) * Math.min(1, (0.7 * RATE - i) / 2000);
      return rounded * (level * sine(turn) + sharp * hiss());
    };
    return { samples: 0.7 * RATE, sample };
  };

/** Cymbals, shakers and claps: noise that decays. Some notes are quieter: `accents` are repeated levels. */
export const hiss =
  ({ decay = 0.03, accents = [1], attack = 0.001 } = {}) =>
  (_frequency, _seconds, at) => {
    const source = noise(977 + 31 * at);
    const fade = decayOf(decay);
    let level = accents[at % accents.length];
    const sample = (i) => {
      level *= fade;
      return Math.min(1, i / (attack * RATE)) * level * source();
    };
    return { samples: Math.floor(8 * decay * RATE), sample };
  };
