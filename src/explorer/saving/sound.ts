/** A sound in the length of a film. */

/** How long a loop takes from what follows its end to its beginning, in seconds. */
const SEAM = 0.01;

/**
 * A sound cut or padded to a number of samples. If it goes on after the end, the first 10 ms fade from what would
 * follow to the beginning: played over and over, it does not click.
 */
export function framed(sound: AudioBuffer, length: number): AudioBuffer {
  const { numberOfChannels, sampleRate } = sound;
  const result = new AudioBuffer({ numberOfChannels, sampleRate, length });
  const seam = Math.min(Math.round(SEAM * sampleRate), length, sound.length - length);
  for (let channel = 0; channel < numberOfChannels; channel++) {
    const samples = sound.getChannelData(channel);
    const made = result.getChannelData(channel);
    made.set(samples.subarray(0, length));
    for (let i = 0; i < seam; i++) {
      const part = (i + 0.5) / seam;
      made[i] = part * samples[i] + (1 - part) * samples[length + i];
    }
  }
  return result;
}
