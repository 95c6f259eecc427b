/** The command that renders what the page shows. */
import { quotedLine } from '../../core/wording/shell.js';

/** Characters that stand for themselves between double quotes in POSIX shells, PowerShell and cmd alike. */
const SAFE = /^[\w.:/?#=&@+,~[\]-]*$/;

/** What the command is given. */
export interface CommandSubject {
  /** A link to what is shown; undefined if it is too long for an address. */
  link: string | undefined;
  /** The name of a file with the recipe, for the command if there is no link. */
  recipeFile: string;
  /** Whether nothing moves, so that it is one picture. */
  still: boolean;
}

/**
 * `npx untrained render "LINK"`, or `still` for one picture. The line is the same in every shell: links are made of
 * characters that are safe between double quotes. If the address of the page has others, only the hash is passed on,
 * which is all that the command reads.
 */
export function renderCommand({ link, recipeFile, still }: CommandSubject): string {
  const command = `npx untrained ${still ? 'still' : 'render'}`;
  if (link === undefined) return `${command} ${quotedLine([recipeFile], 'cmd')}`;
  const at = link.indexOf('#');
  const [hash] = link.slice(at + 1).split('&');
  return `${command} "${SAFE.test(link) ? link : `#${hash}`}"`;
}

/** A title as the name of a file, without an ending: "glass-20-layers". Never empty. */
export function fileName(title: string): string {
  const words = title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return (words ?? []).join('-').slice(0, 60).replace(/-$/, '') || 'network';
}
