/** Our scenes that are sweeps. The build writes them beside the page. */

/** One of our scenes. */
export interface Figure {
  name: string;
  title: string;
  /** Its number in the article, if it is one of its figures. */
  figure?: string;
  /** The address of a picture of it, relative to the page. */
  picture: string;
  /** As JSON: documentOf() checks it. */
  sweep: never;
}

/** @throws Error if they cannot be loaded. */
export async function readFigures(): Promise<readonly Figure[]> {
  const answer = await fetch('gallery.json').catch(() => undefined);
  if (!answer?.ok) throw new Error('The figures could not be loaded: reload the page.');
  return answer.json();
}
