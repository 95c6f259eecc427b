/** A sound in the length of a film. */
import { crossFade, SEAM_SECONDS } from '../../core/sound/samples.js';

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
  const seam = Math.min(Math.round(SEAM_SECONDS * sampleRate), length, Math.max(0, sound.length - length));
  for (let channel = 0; channel < numberOfChannels; channel++) {
    const samples = sound.getChannelData(channel);
    crossFade(samples.subarray(length, length + seam), result.getChannelData(channel).subarray(0, seam), 1);
  }
  return result;
}
