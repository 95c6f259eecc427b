/**
 * The explorer's state: one plain object, changed by one reducer. The address is its document as a link, undo goes
 * through its earlier documents, and keyframes are tracks in its document.
 */
import { UsageError } from '../../core/errors.js';
import type { View } from '../../core/frame/description.js';
import { chiAt, isFollowed, isOther, withChi } from './chaos.js';
import { type ExplorerDocument, entryAt, isMoving, moves, withEntries } from './document.js';
import { canHaveKeys, keyAt, keyed, keysOf, keyValue, unkeyed } from './keyframes.js';
import { type Lineage, lineageAt, withChild } from './lineage.js';
import { type LookAt, looked, viewAt } from './look.js';
import { canMove, started, stopped } from './motion.js';
import { nameOf, type Path } from './paths.js';
import { type Entry, settings, withSettings } from './settings.js';
import { withoutAdded } from './visible.js';

/** The panel's tabs. */
export const tabs = ['network', 'colour', 'breed', 'inside'] as const;
export type Tab = (typeof tabs)[number];

/** What is open on the page. */
export interface Layout {
  tab: Tab;
  panel: boolean;
  drawer: boolean;
  dialog?: 'share' | 'save' | 'help' | undefined;
  /** Whether the timeline is edited, rather than only played. */
  timeline: boolean;
  /** Whether the controls are hidden until the user shows them again. */
  hidden: boolean;
  /** Whether letters and arrows are shortcuts while the canvas has focus. */
  shortcuts: boolean;
}

export interface ExplorerState {
  readonly document: ExplorerDocument;
  /** In seconds, from 0 to the end of the sweep. */
  readonly time: number;
  readonly playing: boolean;
  /** Whether the first network plays by itself, so that there is no timeline yet. */
  readonly drifting: boolean;
  /** Values of parameters with keyframes that have been changed, and not become keyframes yet. */
  readonly pending: readonly (readonly [path: Path, value: unknown])[];
  /** The measure χ that changes of the network keep; undefined: that of the network as it is. */
  readonly chi: number | undefined;
  /** What has been added to make the network's picture visible. */
  readonly added: readonly Entry[];
  /** Earlier documents, oldest first, and those that undo has left. */
  readonly undo: readonly ExplorerDocument[];
  readonly redo: readonly ExplorerDocument[];
  /** Identifies the gesture of the last change: further changes of the same gesture are the same step of undo. */
  readonly gesture: string | undefined;
  /** The view that the network came with. */
  readonly home: View;
  /** Increases with every network that becomes an entry of the browser's history. */
  readonly visits: number;
  /** Where the network comes from, once one has been bred. */
  readonly lineage: Lineage | undefined;
  readonly layout: Layout;
  /** One sentence about what could not be done. */
  readonly message: string | undefined;
}

/** Changes of the same gesture, such as one drag of a slider, have the same text, and are undone together. */
type Gesture = { gesture?: string };

export type Action =
  /** Sets a value, a track or a mix; undefined restores the default. */
  | ({ type: 'set'; path: Path; value: unknown } & Gesture)
  /** Changes what part of the plane is visible. */
  | ({ type: 'look'; view: LookAt } & Gesture)
  /** Adds what makes the network's picture visible, in the last change's step of undo. */
  | { type: 'reveal'; entries: readonly Entry[] }
  /** Replaces the document, as one step of undo. */
  | ({ type: 'edit'; document: ExplorerDocument } & Gesture)
  /** Goes to another network, which becomes an entry of the browser's history. */
  | { type: 'open'; document: ExplorerDocument }
  /** Goes to a network that was bred from the current one, and differs from it as the caption says. */
  | { type: 'bred'; document: ExplorerDocument; caption: string }
  /** Goes to another network of the lineage. @see Lineage */
  | { type: 'ancestor'; index: number }
  /** Makes the current network an entry of the browser's history: a name has been typed. */
  | { type: 'visit' }
  /** Goes to a network from the browser's history, or from an address that the user typed. */
  | { type: 'revisit'; document: ExplorerDocument }
  | { type: 'undo' }
  | { type: 'redo' }
  /** Moves a parameter back and forth, or stops it. */
  | { type: 'move'; path: Path; on: boolean }
  /** Presses a parameter's keyframe button: adds a keyframe, or removes the one that is there. */
  | { type: 'key'; path: Path }
  | { type: 'switch'; name: 'keepDetail' | 'keepChaos'; on: boolean }
  | { type: 'play'; on: boolean }
  /** Plays the first network without a timeline, until the user plays, pauses or moves something. */
  | { type: 'drift' }
  | { type: 'seek'; time: number }
  | { type: 'layout'; change: Partial<Layout> }
  | { type: 'message'; text: string | undefined };

/** More steps than anybody goes back. */
const MOST_STEPS = 200;

export const firstLayout: Layout = {
  tab: 'network',
  panel: false,
  drawer: false,
  timeline: false,
  hidden: false,
  shortcuts: true,
};

export function firstState(document: ExplorerDocument, layout: Partial<Layout> = {}): ExplorerState {
  return {
    document,
    time: 0,
    playing: false,
    drifting: false,
    pending: [],
    chi: undefined,
    added: [],
    undo: [],
    redo: [],
    gesture: undefined,
    home: viewAt(document, 0),
    visits: 0,
    lineage: undefined,
    layout: { ...firstLayout, ...layout },
    message: undefined,
  };
}

/** The next state. An action that would make the document invalid changes only the message. */
export function reduce(state: ExplorerState, action: Action): ExplorerState {
  try {
    return next(state, action);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { ...state, message: error.message };
  }
}

function next(state: ExplorerState, action: Action): ExplorerState {
  const { document, time } = state;
  switch (action.type) {
    case 'set':
      return withSet(state, action);
    case 'look':
      return withChanges(state, looked(documentShown(state), action.view, time), action.gesture);
    case 'reveal':
      return {
        ...changed(state, withEntries(document, action.entries), state.gesture),
        chi: state.chi,
        added: action.entries,
      };
    case 'edit':
      return changed(state, action.document, action.gesture);
    case 'open':
      return { ...arrived(state, action.document), visits: state.visits + 1 };
    case 'bred':
      return bred(state, action.document, action.caption);
    case 'ancestor':
      return toAncestor(state, action.index);
    case 'visit':
      return { ...state, visits: state.visits + 1 };
    case 'revisit':
      return arrived(state, action.document);
    case 'undo':
      return steppedBack(state);
    case 'redo':
      return steppedForward(state);
    case 'move':
      return moved(state, action.path, action.on);
    case 'key':
      return withKey(state, action.path);
    case 'switch':
      return changed(state, { ...document, [action.name]: action.on });
    case 'play':
      return { ...state, playing: action.on && moves(document), drifting: false, pending: [] };
    case 'drift':
      return { ...state, playing: moves(document), drifting: true };
    case 'seek':
      return { ...state, time: Math.min(document.sweep.seconds, Math.max(0, action.time)), pending: [] };
    case 'layout':
      return { ...state, layout: { ...state.layout, ...action.change } };
    case 'message':
      return { ...state, message: action.text };
  }
}

/** The document as the page shows it: with the values that have not become keyframes yet. */
export function documentShown({ document, pending }: ExplorerState): ExplorerDocument {
  return pending.length === 0 ? document : withEntries(document, pending);
}

function withSet(
  state: ExplorerState,
  { path, value, gesture }: Extract<Action, { type: 'set' }>,
): ExplorerState {
  if (nameOf(path) === 'view.halfWidth' && typeof value === 'number') {
    return withChanges(state, looked(documentShown(state), { halfWidth: value }, state.time), gesture);
  }
  const follows = state.document.keepChaos && isFollowed(path);
  const before = follows ? withoutAdded(documentShown(state), state.added) : documentShown(state);
  const removed =
    before === documentShown(state) ? [] : state.added.map(([own]): Entry => [own, entryAt(before, own)]);
  const next = withChanges(state, [...removed, ...settings(before, path, value)], gesture);
  if (!follows || next.document === state.document) return next;
  const chi = state.chi ?? chiAt(state.document, state.time);
  if (chi === undefined) return next;
  return { ...next, document: withChi(next.document, chi, next.time), chi, added: [] };
}

/** The state with other values. While the timeline is edited, a change does not remove a parameter's keyframes. */
function withChanges(state: ExplorerState, entries: readonly Entry[], gesture?: string): ExplorerState {
  const { document, layout } = state;
  const isPending = ([path]: Entry) => layout.timeline && keysOf(document, path) !== undefined;
  const others = entries.filter((entry) => !isPending(entry));
  const edited = others.length > 0 ? changed(state, withSettings(document, others), gesture) : state;
  const waiting = entries.filter(isPending);
  if (waiting.length === 0) return edited;
  const names = new Set(waiting.map(([path]) => nameOf(path)));
  const pending = [...state.pending.filter(([path]) => !names.has(nameOf(path))), ...waiting];
  withEntries(document, pending); // reports values that are not valid
  return { ...edited, pending, playing: false };
}

function withKey(state: ExplorerState, path: Path): ExplorerState {
  const { document, time, pending } = state;
  if (!canHaveKeys(path))
    throw new UsageError(`${nameOf(path)} cannot have keyframes: choose another parameter.`);
  const index = keyAt(document, path, time);
  const isChanged = pending.some(([own]) => nameOf(own) === nameOf(path));
  const next =
    index >= 0 && !isChanged
      ? unkeyed(document, path, index)
      : keyed(document, path, time, keyValue(documentShown(state), path, time));
  const left = pending.filter(([own]) => nameOf(own) !== nameOf(path));
  return { ...changed(state, next), pending: left };
}

/** The state with another document, and a step of undo unless it belongs to the last change's gesture. */
function changed(state: ExplorerState, document: ExplorerDocument, gesture?: string): ExplorerState {
  if (document === state.document) return state;
  const continues = gesture !== undefined && gesture === state.gesture;
  const undo = continues ? state.undo : [...state.undo, state.document].slice(-MOST_STEPS);
  return withDocument({ ...state, undo, redo: [], gesture, message: undefined }, document);
}

/** The state at another network: it starts at its beginning, and plays if it moves. */
function arrived(state: ExplorerState, document: ExplorerDocument): ExplorerState {
  return {
    ...changed(state, document),
    home: viewAt(document, 0),
    time: 0,
    playing: moves(document),
    drifting: false,
  };
}

/** The state at a bred network, at the same time of its film. */
function bred(state: ExplorerState, document: ExplorerDocument, caption: string): ExplorerState {
  const lineage = withChild(lineageAt(state.lineage, state.document), document, caption);
  return { ...changed(state, document), lineage, visits: state.visits + 1 };
}

/** The state at another network of the lineage. Changes since the last breeding stay in it. */
function toAncestor(state: ExplorerState, index: number): ExplorerState {
  const lineage = lineageAt(state.lineage, state.document);
  const ancestor = lineage.networks[index];
  if (!ancestor) return state;
  return {
    ...changed(state, ancestor.document),
    lineage: { ...lineage, current: index },
    visits: state.visits + 1,
  };
}

function withDocument(state: ExplorerState, document: ExplorerDocument): ExplorerState {
  const time = Math.min(state.time, document.sweep.seconds);
  const chi = isOther(state.document, document) ? undefined : state.chi;
  const added = isOther(state.document, document) ? [] : state.added;
  return { ...state, document, time, chi, added, pending: [], playing: state.playing && moves(document) };
}

function steppedBack(state: ExplorerState): ExplorerState {
  const document = state.undo.at(-1);
  if (!document) return state;
  const left = { undo: state.undo.slice(0, -1), redo: [...state.redo, state.document], gesture: undefined };
  return withDocument({ ...state, ...left, message: undefined }, document);
}

function steppedForward(state: ExplorerState): ExplorerState {
  const document = state.redo.at(-1);
  if (!document) return state;
  const left = { undo: [...state.undo, state.document], redo: state.redo.slice(0, -1), gesture: undefined };
  return withDocument({ ...state, ...left, message: undefined }, document);
}

function moved(state: ExplorerState, path: Path, on: boolean): ExplorerState {
  const { document, time } = state;
  if (!on) return changed(state, stopped(document, path, time));
  if (!canMove(path)) throw new UsageError(`${nameOf(path)} does not move: choose another parameter.`);
  if (isMoving(entryAt(document, path))) return { ...state, playing: true, drifting: false };
  const isFirst = !moves(document);
  const begun = changed(state, started(document, path, time));
  return { ...begun, playing: true, drifting: false, ...(isFirst && { time: 0 }) };
}
