/** Where a bred network comes from: the networks that were picked, each with its parents. */
import type { ExplorerDocument } from './document.js';

/** A network in a lineage. */
export interface Ancestor {
  readonly document: ExplorerDocument;
  /** How it differs from its parent: "2 layers deeper"; empty for the first. */
  readonly caption: string;
  /** The index of its parent; undefined for the first. */
  readonly parent: number | undefined;
}

/** All networks that were picked, in that order, and which of them is the current one. */
export interface Lineage {
  readonly networks: readonly Ancestor[];
  readonly current: number;
}

/** The caption of a network that the user has changed otherwise. */
export const CHANGED = 'changed by hand';
/** More than anybody breeds; those of other branches are forgotten first. */
const MOST = 500;

/** A lineage that begins with a network. */
export function lineageFrom(document: ExplorerDocument): Lineage {
  return { networks: [{ document, caption: '', parent: undefined }], current: 0 };
}

/**
 * The lineage in which a network is the current one. If the user has changed the current network in other ways than by
 * breeding, the result is its child; undone changes lead back to the network that it was.
 */
export function lineageAt(lineage: Lineage | undefined, document: ExplorerDocument): Lineage {
  if (!lineage) return lineageFrom(document);
  const { networks, current } = lineage;
  if (networks[current].document === document) return lineage;
  const known = networks.findLastIndex((ancestor) => ancestor.document === document);
  return known >= 0 ? { networks, current: known } : withChild(lineage, document, CHANGED);
}

/** The lineage with a child of the current network, which becomes the current one. */
export function withChild(lineage: Lineage, document: ExplorerDocument, caption: string): Lineage {
  const { networks, current } = lineage.networks.length < MOST ? lineage : withoutBranches(lineage);
  return {
    networks: [...networks, { document, caption, parent: current }],
    current: networks.length,
  };
}

/** The indices from the first network to the current one. */
export function ancestry({ networks, current }: Lineage): number[] {
  const line: number[] = [];
  for (let at: number | undefined = current; at !== undefined; at = networks[at].parent) line.unshift(at);
  return line;
}

/** The latest part of the line that leads to the current network. */
function withoutBranches(lineage: Lineage): Lineage {
  const line = ancestry(lineage).slice(-MOST / 2);
  const networks = line.map((at, i) => ({
    ...lineage.networks[at],
    parent: i === 0 ? undefined : i - 1,
  }));
  return { networks, current: networks.length - 1 };
}
