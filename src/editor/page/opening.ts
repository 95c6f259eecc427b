/** The mark that a page shows from its first moment until the scene's first picture is drawn. The HTML contains it. */
export class Opening {
  readonly #mark = document.getElementById('opening');

  /** Moves the mark to the preview, once Motion Canvas's editor is there. */
  moveToPreview(): void {
    const mark = this.#mark;
    const preview = document.querySelector('main canvas')?.parentElement;
    if (!mark?.isConnected || !preview) return;
    const { left, top, width, height } = preview.getBoundingClientRect();
    mark.style.left = `${left + width / 2}px`;
    mark.style.top = `${top + height / 2}px`;
    mark.lastChild!.textContent = 'Drawing the first picture …';
  }

  end(): void {
    this.#mark?.remove();
  }
}
