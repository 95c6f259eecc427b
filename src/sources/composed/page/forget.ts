/**
 * Lets go of nodes that a scene has removed. Motion Canvas keeps every node that a scene has made until the scene
 * begins anew, for its editor: by the scene's list of them, and by the signals that they were computed from. A long
 * film that makes and removes nodes all the time would grow by some 20 kB for each.
 */
import type { Scene } from '@motion-canvas/core';

/** What is used of Motion Canvas's nodes and signals beyond their types. */
interface Node {
  parent(): Node | null;
}
interface Context {
  dependencies?: Set<unknown>;
  clearDependencies(): void;
  markDirty(): void;
  /** The parts of a vector and the like. */
  signals?: [key: unknown, signal: { context?: Context }][];
}

/** Frames between two searches for removed nodes. */
const EVERY = 50;

/** Has a scene keep only such nodes as somebody else does. */
export function forgetful(scene: Scene): void {
  let nodes = new WeakNodes();
  const { registeredNodes } = scene as unknown as { registeredNodes: Map<string, Node> };
  for (const [key, node] of registeredNodes) nodes.set(key, node);
  Object.defineProperty(scene, 'registeredNodes', {
    get: () => nodes,
    // Motion Canvas puts an empty one in its place.
    set() {
      nodes = new WeakNodes();
    },
  });
  const next = scene.next.bind(scene);
  let frames = 0;
  scene.next = async () => {
    await next();
    if (++frames % EVERY !== 0) return;
    const view = (scene as unknown as { getView(): Node }).getView();
    for (const node of nodes.values()) if (rootOf(node) !== view) detach(node);
  };
}

function rootOf(node: Node): Node {
  const parent = node.parent();
  return parent ? rootOf(parent) : node;
}

/** Cuts a node off from what it was computed from. If it is wanted again it is computed anew. */
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

/** A list of nodes by their keys, as far as Motion Canvas uses one, that keeps none alive. */
class WeakNodes {
  private readonly refs = new Map<string, WeakRef<Node>>();
  private readonly gone = new FinalizationRegistry((key: string) => {
    // A name that the user gave stays taken, so that using it twice is the same mistake every time.
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
