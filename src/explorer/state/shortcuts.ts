/**
 * The keyboard shortcuts: one table, from which keys are read and the help is made. Characters are compared, not
 * places on the keyboard, so that the keys are those that the help names whatever the keyboard's layout.
 */
import { type Command, commands } from './commands.js';

/** What a keyboard event says, in as far as it matters. */
export interface Press {
  readonly key: string;
  /** The place on the keyboard, named after the US layout. */
  readonly code: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** What a press of keys asks for. */
export interface Wanted {
  readonly command: Command;
  /** Whether Shift was held, which changes the size of a step. */
  readonly shift: boolean;
}

/** Keys of a shortcut, as help shows them, and what they do. */
export interface Shortcut {
  readonly keys: readonly string[];
  readonly label: string;
}

/** The shortcuts that help lists, in its order. */
export const shortcuts: readonly Shortcut[] = [
  { keys: ['←', '→', '↑', '↓'], label: 'Move by a tenth of the view (with Shift: a hundredth)' },
  { keys: ['+', '−'], label: 'Zoom in, zoom out' },
  { keys: ['0'], label: 'Reset the view' },
  { keys: ['Space'], label: 'Play or pause' },
  { keys: ['R'], label: 'Roll the dice: another network' },
  { keys: ['[', ']'], label: 'Fewer or more layers (with Shift: in steps of a tenth)' },
  { keys: [',', '.'], label: 'Lower or raise the weight scale (with Shift: in larger steps)' },
  { keys: ['B'], label: 'Breed' },
  { keys: ['I'], label: 'Look inside' },
  { keys: ['G'], label: 'Gallery' },
  { keys: ['S'], label: 'Save' },
  { keys: ['C'], label: 'Copy the link' },
  { keys: ['F'], label: 'Full screen' },
  { keys: ['H'], label: 'Hide or show the controls' },
  { keys: ['?'], label: 'This help' },
  { keys: ['Esc'], label: 'Close whatever is in front' },
];

/** Those that work everywhere on the page. They cannot be switched off. */
export const editingShortcuts: readonly Shortcut[] = [
  { keys: ['Ctrl or ⌘', 'Z'], label: 'Undo' },
  { keys: ['Ctrl or ⌘', 'Shift', 'Z'], label: 'Redo (or Ctrl and Y)' },
];

const BY_KEY: Readonly<Record<string, Command>> = {
  arrowleft: 'left',
  arrowright: 'right',
  arrowup: 'up',
  arrowdown: 'down',
  '+': 'zoomIn',
  '=': 'zoomIn', // + without Shift on US keyboards
  '-': 'zoomOut',
  _: 'zoomOut',
  '−': 'zoomOut',
  '0': 'home',
  ' ': 'play',
  r: 'dice',
  '[': 'fewerLayers',
  ']': 'moreLayers',
  '{': 'fewerLayers', // [ with Shift on US keyboards
  '}': 'moreLayers',
  ',': 'calmer',
  '.': 'noisier',
  b: 'breed',
  i: 'inside',
  g: 'gallery',
  s: 'save',
  c: 'copyLink',
  f: 'fullScreen',
  h: 'hide',
  '?': 'help',
  escape: 'escape',
};

/** Keys whose character is another one with Shift, on most keyboards. */
const BY_SHIFTED_CODE: Readonly<Record<string, Command>> = { Comma: 'calmer', Period: 'noisier' };

/** Brackets need Alt or AltGr on many keyboards. AltGr counts as Ctrl and Alt on Windows. */
const NEEDS_ALT = new Set(['[', ']', '{', '}']);

/** The command of a shortcut that works while the canvas has focus, or undefined. */
export function shortcutOf(press: Press): Wanted | undefined {
  const key = press.key.toLowerCase();
  const { ctrlKey, metaKey, altKey, shiftKey } = press;
  if (metaKey || ((ctrlKey || altKey) && !(altKey && NEEDS_ALT.has(key)))) return undefined;
  const command = (Object.hasOwn(BY_KEY, key) ? BY_KEY[key] : undefined) ?? shiftedOf(press);
  return command && { command, shift: shiftKey };
}

const shiftedOf = ({ shiftKey, code }: Press) => (shiftKey ? BY_SHIFTED_CODE[code] : undefined);

/** Undo or redo, which work everywhere on the page, or undefined. */
export function editingCommandOf({ key, ctrlKey, metaKey, altKey, shiftKey }: Press): Command | undefined {
  if (ctrlKey === metaKey || altKey) return undefined;
  const letter = key.toLowerCase();
  if (letter === 'z') return shiftKey ? 'redo' : 'undo';
  if (letter === 'y' && !shiftKey) return 'redo';
  return undefined;
}

/** Whether a command changes more with every repetition while its key is held. */
export const repeats = (command: Command): boolean => commands[command].repeats;
