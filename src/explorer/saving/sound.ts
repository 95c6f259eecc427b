/** A sound in the length of a film. */
import { crossFade, SEAM_SECONDS } from '../../core/sound/samples.js';

/**
 * A sound cut or padded to a number of samples. If it goes on after the end, the first 10 ms fade from what would
 * follow to the beginning: played over and over, it does not click.
 */
export function framed(sound: AudioBuffer, length: number): AudioBuffer {
  const { numberOfChannels, sampleRate } = sound;
  const result = new AudioBuffer({ numberOfChannels, sampleRate, length });
  const seam = Math.min(Math.round(SEAM_SECONDS * sampleRate), length, Math.max(0, sound.length - length));
  for (let channel = 0; channel < numberOfChannels; channel++) {
    const samples = sound.getChannelData(channel);
    const made = result.getChannelData(channel);
    made.set(samples.subarray(0, length));
    crossFade(samples.subarray(length, length + seam), made.subarray(0, seam), 1);
  }
  return result;
}
