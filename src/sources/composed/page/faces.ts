/**
 * Loads the fonts that scenes declare, with CSS or FontFace, before anything is measured or drawn. By default, a
 * browser loads a font when text first uses it, and uses a fallback font until then.
 */

/** Pending loads, including those of faces that are not in document.fonts yet. */
const loading = new Set<Promise<unknown>>();
/** Faces that cannot be loaded. They are reported once and not tried again. */
const failed = new Set<FontFace>();

const load = FontFace.prototype.load;
/** Tracks loads, because a scene's module may add a face to the document only once it has loaded. */
FontFace.prototype.load = function (this: FontFace) {
  const face = load.call(this);
  const done: Promise<unknown> = face.catch(() => {}).then(() => loading.delete(done));
  loading.add(done);
  return face;
};

/**
 * Loads all faces in the document, even those that no text uses yet.
 * @param tell - Called with the family of each face that cannot be loaded.
 * @returns Whether any face was still to be loaded.
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

/** The kind of style sheet rule that refers to an address: a font face or another rule. Undefined if there is none. */
export function requestedByStyles(address: string): 'face' | 'rule' | undefined {
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
      return []; // from another host
    }
  });
}
