/** Short notes at the bottom of the editor's preview: what it is doing, and what a render has made. */

/** The kinds of notes, in the order in which they are shown. */
type Kind = 'drawing' | 'playing' | 'render';

const STYLE = `
#untrained-status { position: fixed; translate: -50% -100%; z-index: 10; display: flex;
  flex-direction: column; align-items: center; gap: 4px; pointer-events: none; }
#untrained-status div { padding: 4px 10px; border-radius: 4px; background: rgba(20, 20, 20, 0.85); color: #fff;
  font: 13px/1.4 system-ui, sans-serif; max-width: 80vw; pointer-events: auto; user-select: text; }
#untrained-status button { margin-left: 8px; font: inherit; cursor: pointer; }
`;

/** The notes of a page. */
export class Status {
  readonly #root = document.createElement('div');
  readonly #notes: Record<Kind, HTMLElement>;

  constructor() {
    this.#root.id = 'untrained-status';
    this.#root.role = 'status';
    const style = document.createElement('style');
    style.textContent = STYLE;
    const note = (kind: Kind) => {
      const element = document.createElement('div');
      element.dataset.kind = kind;
      element.hidden = true;
      return element;
    };
    this.#notes = { drawing: note('drawing'), playing: note('playing'), render: note('render') };
    this.#root.append(style, ...Object.values(this.#notes));
    document.body.append(this.#root);
  }

  /**
   * Shows a note, or hides it.
   * @param text - Undefined to hide the note.
   * @param action - A button in the note, and what it does.
   */
  show(kind: Kind, text: string | undefined, action?: { label: string; run: () => void }): void {
    this.#place();
    const note = this.#notes[kind];
    note.hidden = text === undefined;
    note.textContent = text ?? '';
    if (!action) return;
    const button = document.createElement('button');
    button.textContent = action.label;
    button.addEventListener('click', action.run);
    note.append(button);
  }

  /** Moves the notes to the bottom of the preview, whose place depends on the editor's panels. */
  #place(): void {
    const preview = document.querySelector('[class*=viewport]') ?? document.body;
    const { left, width, bottom } = preview.getBoundingClientRect();
    Object.assign(this.#root.style, { left: `${left + width / 2}px`, top: `${bottom - 8}px` });
  }
}
