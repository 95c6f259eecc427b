/** What the dialogs for leaving the page share: the link to what is shown, and names of files. */
import { useEffect, useState } from 'preact/hooks';
import { MAX_LINK } from '../../core/recipe/link.js';
import type { Sweep } from '../../core/sweep/sweep.js';
import { fileName } from '../state/command.js';
import type { ExplorerDocument } from '../state/document.js';
import { linkTo } from './address.js';
import { dispatch, state } from './store.js';

/** A link to a document; `tooLong` if no address holds it. */
export type LinkOrNot = { link: string } | { tooLong: true };

/** The address that opens a document on this page, whatever the page's own address says. */
export async function linkOf(document: ExplorerDocument): Promise<LinkOrNot> {
  const hash = await linkTo(document);
  return hash.length > MAX_LINK ? { tooLong: true } : { link: new URL(hash, location.href).href };
}

/** The link to the current document; undefined for a moment after it has changed. */
export function useLink(): LinkOrNot | undefined {
  const { document } = state.value;
  const [made, set] = useState<{ of: ExplorerDocument; result: LinkOrNot }>();
  useEffect(() => {
    let isCurrent = true;
    linkOf(document).then(
      (result) => isCurrent && set({ of: document, result }),
      () => isCurrent && set({ of: document, result: { tooLong: true } }),
    );
    return () => {
      isCurrent = false;
    };
  }, [document]);
  return made?.of === document ? made.result : undefined;
}

/** The base name of files made from a sweep. */
export function nameFor({ title, network }: Sweep): string {
  if (title) return fileName(title);
  const { seed = 1 } = network;
  return fileName(`network ${typeof seed === 'object' ? '' : seed}`);
}

export const closeDialog = () => dispatch({ type: 'layout', change: { dialog: undefined } });
