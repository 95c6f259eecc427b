/** The note that a page shows from the start until the scene's first picture is drawn. It is part of the HTML. */
export class Opening {
  readonly #mark = document.getElementById('opening');

  /** Moves the note to the preview, once Motion Canvas's editor is there. */
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
