/** What the user can ask for with one key or one button. */

/** Whether holding its key repeats it. */
interface CommandKind {
  readonly repeats: boolean;
}

const once: CommandKind = { repeats: false };
const repeated: CommandKind = { repeats: true };

export const commands = {
  left: repeated,
  right: repeated,
  up: repeated,
  down: repeated,
  zoomIn: repeated,
  zoomOut: repeated,
  fewerLayers: repeated,
  moreLayers: repeated,
  calmer: repeated,
  noisier: repeated,
  undo: repeated,
  redo: repeated,
  home: once,
  play: once,
  dice: once,
  breed: once,
  inside: once,
  gallery: once,
  save: once,
  copyLink: once,
  fullScreen: once,
  hide: once,
  help: once,
  escape: once,
} as const;

export type Command = keyof typeof commands;
