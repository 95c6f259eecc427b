/** Messages about how nodes are used: Motion Canvas ignores properties that they do not have. */
import { getPropertiesOf, type Node } from '@motion-canvas/2d';
import { useLogger } from '@motion-canvas/core';
import { sweepSynonyms } from '../core/sweep/synonyms.js';
import { nearest } from '../core/wording/did-you-mean.js';

/** Properties of every node that are not signals. */
const ALWAYS = ['ref', 'key', 'children', 'spawner'];

/** What the nodes of networks have instead of some fields of a sweep. */
const INSTEAD: Record<string, string> = {
  view: 'use "centre", "halfWidth" and "viewRotation"',
  network: 'its parameters are properties of the node, such as "seed" and "layers"',
};

/** What this page has logged: an editor creates a scene's nodes many times. */
const logged = new Set<string>();

/**
 * Logs a warning for each property that a node does not have, with the position in the code that created the node.
 * @param node - A node under construction, whose signals exist.
 * @param type - The class whose constructor calls this. Subclasses by others may have properties of their own, so their
 *   nodes are not checked.
 */
export function warnOfUnknown(node: Node, props: object, type: unknown): void {
  if (node.constructor !== type) return;
  const names = Object.entries(props).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  const signals = Object.entries(getPropertiesOf(node));
  const parts = signals.flatMap(([, { compoundEntries }]) => compoundEntries.map(([, name]) => name));
  const known = [...signals.map(([name]) => name), ...parts, ...ALWAYS];
  for (const name of names) {
    if (known.includes(name)) continue;
    logOnce('warn', node, `"${name}" is not a property of this node and is ignored${hintFor(name, known)}`);
  }
}

/** Logs a message about a node, with the position in the code that created it, unless it has been logged before. */
export function logOnce(level: 'warn' | 'info', node: Node, message: string): void {
  const stack = node.creationStack;
  const entry = JSON.stringify([message, stack]); // (a module's new version has another address in the stack)
  if (logged.has(entry)) return;
  logged.add(entry);
  useLogger()[level]({ message, inspect: node.key, ...(stack !== undefined && { stack }) });
}

function hintFor(name: string, known: readonly string[]): string {
  const isNetwork = known.includes('halfWidth');
  if (isNetwork && Object.hasOwn(INSTEAD, name)) return `: ${INSTEAD[name]}.`;
  const meant = nearest(name, known, sweepSynonyms);
  return meant === undefined ? ': leave it out.' : `. Did you mean "${meant}"?`;
}
