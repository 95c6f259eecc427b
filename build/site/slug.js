/** Anchors of headings, as GitHub makes them: the same links work there and on the site. */

/** Makes the anchors of one page: a heading that occurs again gets a number. */
export class Slugs {
  #seen = new Map();

  /** @param text - A heading as plain text. */
  of(text) {
    const bare = text
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-');
    const count = this.#seen.get(bare) ?? 0;
    this.#seen.set(bare, count + 1);
    return count === 0 ? bare : `${bare}-${count}`;
  }
}
