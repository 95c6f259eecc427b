/** The note in XMP, as src/files/write/xmp.ts writes it. */

/** Finds each end separately, since one regular expression for both could take long on hostile text. */
export function noteInXmp(xmp: string): string | undefined {
  const opening = '<rdf:li xml:lang="x-default">';
  const start = xmp.indexOf(opening);
  const end = xmp.indexOf('</rdf:li>', start);
  if (start < 0 || end < 0) return undefined;
  const text = xmp.slice(start + opening.length, end);
  return text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
}
