/** The sound that plays along with the film. */
import { signal } from '@preact/signals';

/** A sound, as the page's controls show it. */
export interface PageSound {
  /** The name of its file. */
  name: string;
  /** Its samples, and the digest of its file. */
  decoded: DecodedSound;
  muted: boolean;
}

/** A sound file in memory. */
export interface DecodedSound {
  samples: AudioBuffer;
  /** The SHA-256 of the file, in hex; undefined where the browser computes none. */
  sha256: string | undefined;
}

/** Undefined while there is none. */
export const sound = signal<PageSound | undefined>(undefined);

export function removeSound(): void {
  sound.value = undefined;
}

export function muteSound(muted: boolean): void {
  const { value } = sound;
  if (value) sound.value = { ...value, muted };
}
