/** A sound in the length of a film. */

/** How long a loop takes from what follows its end to its beginning, in seconds. */
const SEAM = 0.01;

/** A sound cut or padded to a number of samples. */
export function framed(sound: AudioBuffer, length: number): AudioBuffer {
  const { numberOfChannels, sampleRate } = sound;
  const result = new AudioBuffer({ numberOfChannels, sampleRate, length });
  for (let channel = 0; channel < numberOfChannels; channel++)
    result.copyToChannel(sound.getChannelData(channel).subarray(0, length), channel);
  return result;
}

/**
 * A sound to be played over and over: cut or padded, too. If it goes on after the end, the first 10 ms fade from what
 * would follow to the beginning, so that it does not click.
 */
export function looping(sound: AudioBuffer, length: number): AudioBuffer {
  const { numberOfChannels, sampleRate } = sound;
  const result = framed(sound, length);
  const seam = Math.min(Math.round(SEAM * sampleRate), length, sound.length - length);
  for (let channel = 0; channel < numberOfChannels; channel++) {
    const samples = sound.getChannelData(channel);
    const made = result.getChannelData(channel);
    for (let i = 0; i < seam; i++) {
      const part = (i + 0.5) / seam;
      made[i] = part * samples[i] + (1 - part) * samples[length + i];
    }
  }
  return result;
}
