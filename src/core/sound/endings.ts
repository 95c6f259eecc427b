/** Sound files by their names. */

/** The endings of their names, without dots. */
export const soundEndings = ['wav', 'mp3', 'm4a', 'aac', 'ogg', 'oga', 'opus', 'flac'] as const;

const ENDING = new RegExp(`\\.(${soundEndings.join('|')})$`, 'i');

/** Whether a file's name is that of a sound. */
export const isSoundName = (name: string): boolean => ENDING.test(name);
