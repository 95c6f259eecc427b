/**
 * Typefaces that scenes bring, by CSS or by FontFace: all of them are there before anything is measured or drawn. A
 * browser by itself loads them when text is first drawn in them, and draws that in another typeface meanwhile.
 */

/** Loads that are under way, of faces that may not be among the document's yet. */
const loading = new Set<Promise<unknown>>();
/** Faces that cannot be loaded: they are told of once, and not tried again. */
const failed = new Set<FontFace>();

const load = FontFace.prototype.load;
/** A scene's own module may begin to load a face and add it to the document when it is there. */
FontFace.prototype.load = function (this: FontFace) {
  const face = load.call(this);
  const done: Promise<unknown> = face.catch(() => {}).then(() => loading.delete(done));
  loading.add(done);
  return face;
};

/**
 * Waits until every face that the document has is loaded, those among them that no text has asked for.
 * @param tell - Called with the family of each face that cannot be loaded.
 * @returns Whether there was anything to wait for.
 */
export async function facesLoaded(tell: (family: string) => void): Promise<boolean> {
  let waited = false;
  for (;;) {
    const faces = [...document.fonts].filter(({ status }) => status === 'unloaded' || status === 'loading');
    if (faces.length === 0 && loading.size === 0) break;
    waited = true;
    await Promise.all([...loading, ...faces.map((face) => face.load().catch(() => {}))]);
  }
  for (const face of document.fonts) {
    if (face.status !== 'error' || failed.has(face)) continue;
    failed.add(face);
    tell(face.family.replace(/^(["'])(.*)\1$/, '$2'));
  }
  return waited;
}

/** What asks for this address, if it is a style sheet and not a scene's code: a typeface, or any other of its rules. */
export function askedByStyles(address: string): 'face' | 'rule' | undefined {
  const rule = rules().find(
    (rule) =>
      rule.cssText.includes(address) ||
      (rule instanceof CSSImportRule && new URL(rule.href, location.href).href === address),
  );
  return rule && (rule instanceof CSSFontFaceRule ? 'face' : 'rule');
}

function rules(): CSSRule[] {
  return [...document.styleSheets].flatMap((sheet) => {
    try {
      return [...sheet.cssRules];
    } catch {
      return []; // another host's
    }
  });
}
