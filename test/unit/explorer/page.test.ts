/** What the explorer's page decides without a browser: arrangement, sheet, shortcuts, home, words. */
import { describe, expect, test } from 'vitest';
import { commands } from '../../../src/explorer/state/commands.js';
import { describeNetwork } from '../../../src/explorer/state/describe.js';
import { documentOf } from '../../../src/explorer/state/document.js';
import { viewAt } from '../../../src/explorer/state/look.js';
import { networks } from '../../../src/explorer/state/networks.js';
import { screenOf } from '../../../src/explorer/state/screen.js';
import { restOf, sheetHeights } from '../../../src/explorer/state/sheet.js';
import {
  editingCommandOf,
  type Press,
  shortcutOf,
  shortcuts,
} from '../../../src/explorer/state/shortcuts.js';
import { firstState, reduce } from '../../../src/explorer/state/state.js';

const [glass, landscape] = networks.map(({ document }) => document);

describe('the arrangement', () => {
  test.each([
    [375, 667, 'tall'],
    [699, 1000, 'tall'],
    [667, 375, 'low'],
    [932, 430, 'low'], // a large phone held sideways
    [700, 500, 'medium'],
    [899, 600, 'medium'],
    [900, 600, 'wide'],
    [3840, 2160, 'wide'],
  ] as const)('of a window of %i x %i is %s', (width, height, expected) => {
    expect(screenOf(width, height)).toBe(expected);
  });

  test('with text twice as large is that of a window of half the size', () => {
    expect(screenOf(1280, 1000, 32)).toBe('tall');
    expect(screenOf(1400, 1000, 32)).toBe('medium');
  });
});

describe('the sheet', () => {
  const heights = sheetHeights(667, 88, 599);

  test('has three heights', () => {
    expect(heights).toEqual({ low: 88, half: 0.45 * 667, full: 599 });
    expect(sheetHeights(375, 200, 300)).toEqual({ low: 200, half: 200, full: 300 });
  });

  test('comes to rest at the nearest one, or at the one it was thrown to', () => {
    expect(restOf(heights, 150, 0)).toBe('low');
    expect(restOf(heights, 280, 0)).toBe('half');
    expect(restOf(heights, 280, 1500)).toBe('full');
    expect(restOf(heights, 280, -1500)).toBe('low');
  });
});

describe('shortcuts', () => {
  const press = (key: string, more: Partial<Press> = {}): Press => ({
    key,
    code: '',
    shiftKey: false,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    ...more,
  });
  const commandOf = (...args: Parameters<typeof press>) => shortcutOf(press(...args))?.command;

  test('every command has one, and every key of the help is one', () => {
    const typed: Record<string, string> = {
      '←': 'ArrowLeft',
      '→': 'ArrowRight',
      '↑': 'ArrowUp',
      '↓': 'ArrowDown',
    };
    const keys = shortcuts.flatMap(({ keys }) =>
      keys.map((key) => typed[key] ?? { Space: ' ', Esc: 'Escape' }[key] ?? key),
    );
    const found = keys.map((key) => commandOf(key));
    expect(new Set(found)).toEqual(
      new Set(Object.keys(commands).filter((name) => !/^(undo|redo)$/.test(name))),
    );
  });

  test('are characters, on any keyboard', () => {
    expect(commandOf('[', { ctrlKey: true, altKey: true, code: 'Digit8' })).toBe('fewerLayers'); // AltGr-8, German
    expect(commandOf('[', { altKey: true, code: 'Digit5' })).toBe('fewerLayers'); // German, on a Mac
    expect(commandOf('{', { shiftKey: true, code: 'BracketLeft' })).toBe('fewerLayers');
    expect(commandOf('?', { shiftKey: true, code: 'Minus' })).toBe('help'); // German
    expect(commandOf('?', { shiftKey: true, code: 'KeyM' })).toBe('help'); // French
    expect(commandOf('<', { shiftKey: true, code: 'Comma' })).toBe('calmer');
    expect(commandOf(';', { shiftKey: true, code: 'Comma' })).toBe('calmer'); // German
    expect(commandOf('R', { shiftKey: true })).toBe('dice'); // with Caps Lock
  });

  test('leave the shortcuts of the browser alone', () => {
    expect(commandOf('r', { ctrlKey: true })).toBeUndefined();
    expect(commandOf('c', { metaKey: true })).toBeUndefined();
    expect(commandOf('ArrowLeft', { altKey: true })).toBeUndefined();
    expect(commandOf('constructor')).toBeUndefined();
  });

  test('undo and redo', () => {
    expect(editingCommandOf(press('z', { ctrlKey: true }))).toBe('undo');
    expect(editingCommandOf(press('Z', { metaKey: true, shiftKey: true }))).toBe('redo');
    expect(editingCommandOf(press('y', { ctrlKey: true }))).toBe('redo');
    expect(editingCommandOf(press('z'))).toBeUndefined();
  });
});

describe('the view', () => {
  test('of home is the one that the network came with', () => {
    const start = firstState(glass);
    const moved = reduce(start, { type: 'look', view: { halfWidth: 5 } });
    expect(viewAt(moved.document, 0).halfWidth).toBe(5);
    expect(viewAt(reduce(moved, { type: 'look', view: moved.home }).document, 0)).toEqual(viewAt(glass, 0));
    const document = documentOf({ ...landscape.sweep, view: { centre: [0, 0], halfWidth: 9 } });
    expect(reduce(moved, { type: 'open', document }).home.halfWidth).toBe(9);
  });
});

describe('the name of the canvas', () => {
  const named = (network: object) => describeNetwork(documentOf({ seconds: 1, network }), 0);

  test('says what the network is', () => {
    expect(describeNetwork(glass, 0)).toBe('Network 70, 20 layers of 16 units');
    expect(named({ seed: 'Ada', layers: 1, units: 1 })).toBe('Network Ada, 1 layer of 1 unit');
    expect(named({ seed: 'Ada', layers: 3, units: [8, 4] })).toBe('Network Ada, 3 layers of 8, 4 units');
    expect(named({ layers: { tween: [2, 3] } })).toMatch(/, 2 layers/);
  });
});
