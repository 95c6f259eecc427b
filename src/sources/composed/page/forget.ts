/**
 * Releases the memory of nodes that a scene has removed. For its editor, Motion Canvas keeps references to every node
 * until the scene restarts: in the scene's list of nodes, and in the signals that the node depends on. A long film that
 * keeps creating and removing nodes would leak about 20 kB per node.
 */
import type { Scene } from '@motion-canvas/core';

/** The private parts of Motion Canvas's nodes and signals that we use. */
interface Node {
  parent(): Node | null;
}
interface Context {
  dependencies?: Set<unknown>;
  clearDependencies(): void;
  markDirty(): void;
  /** The components of a compound signal, such as a vector. */
  signals?: [key: unknown, signal: { context?: Context }][];
}

/** The number of frames between two searches for removed nodes. */
const SEARCH_INTERVAL = 50;

/** Makes a scene refer to its nodes weakly, so that removed nodes can be collected. */
export function releaseRemovedNodes(scene: Scene): void {
  let nodes = new WeakNodes();
  const { registeredNodes } = scene as unknown as { registeredNodes: Map<string, Node> };
  for (const [key, node] of registeredNodes) nodes.set(key, node);
  Object.defineProperty(scene, 'registeredNodes', {
    get: () => nodes,
    // Motion Canvas replaces the list with an empty one.
    set() {
      nodes = new WeakNodes();
    },
  });
  const next = scene.next.bind(scene);
  let frames = 0;
  scene.next = async () => {
    await next();
    if (++frames % SEARCH_INTERVAL !== 0) return;
    const view = (scene as unknown as { getView(): Node }).getView();
    for (const node of nodes.values()) if (rootOf(node) !== view) detach(node);
  };
}

function rootOf(node: Node): Node {
  const parent = node.parent();
  return parent ? rootOf(parent) : node;
}

/** Detaches a node's signals from their dependencies. If the node is used again, they are recomputed. */
function detach(node: Node): void {
  for (const value of Object.values(node)) {
    const context = typeof value === 'function' && (value as { context?: Context }).context;
    if (!context) continue;
    for (const one of [context, ...(context.signals ?? []).map(([, signal]) => signal.context)]) {
      if (!one?.dependencies?.size) continue;
      one.clearDependencies();
      one.markDirty();
    }
  }
}

/** A map from keys to nodes that does not keep nodes alive. Has the methods that Motion Canvas uses. */
class WeakNodes {
  private readonly refs = new Map<string, WeakRef<Node>>();
  private readonly gone = new FinalizationRegistry((key: string) => {
    // Keys chosen by the user stay reserved, so that using one twice is always an error.
    if (/\[\d+\]$/.test(key) && !this.refs.get(key)?.deref()) this.refs.delete(key);
  });

  set(key: string, node: Node): void {
    this.refs.set(key, new WeakRef(node));
    this.gone.register(node, key);
  }

  get(key: string): Node | undefined {
    return this.refs.get(key)?.deref();
  }

  has(key: string): boolean {
    return this.refs.has(key);
  }

  delete(key: string): boolean {
    return this.refs.delete(key);
  }

  clear(): void {
    this.refs.clear();
  }

  *keys(): Iterable<string> {
    for (const [key, node] of this.refs) if (node.deref()) yield key;
  }

  *values(): Iterable<Node> {
    for (const ref of this.refs.values()) {
      const node = ref.deref();
      if (node) yield node;
    }
  }
}
