/** @jsxImportSource preact */
/** The whole window takes files that are dropped on it. */
import { useEffect, useState } from 'preact/hooks';
import { openDropped, openGiven } from './open-file.js';

export function DropTarget() {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    // Moving between elements leaves one and enters another, in any order.
    let depth = 0;
    const listeners: {
      [Name in 'dragenter' | 'dragover' | 'dragleave' | 'drop']: (event: DragEvent) => void;
    } = {
      dragenter(event) {
        if (!isTaken(event)) return;
        event.preventDefault();
        depth++;
        setOver(true);
      },
      dragover(event) {
        if (!isTaken(event)) return;
        event.preventDefault();
        event.dataTransfer!.dropEffect = 'copy';
      },
      dragleave(event) {
        if (isTaken(event) && --depth <= 0) setOver(false);
      },
      drop(event) {
        depth = 0;
        setOver(false);
        if (!isTaken(event)) return;
        event.preventDefault(); // otherwise the browser leaves the page for the file
        void openDropped(event.dataTransfer!);
      },
    };
    const paste = ({ clipboardData }: ClipboardEvent) => {
      const [file] = clipboardData?.files ?? [];
      if (file) void openGiven(file);
    };
    const stop = new AbortController();
    const { signal } = stop;
    for (const [name, listener] of Object.entries(listeners))
      addEventListener(name as 'drop', listener, { signal });
    addEventListener('paste', paste, { signal });
    return () => stop.abort();
  }, []);
  return isOver ? (
    <div class="drop-target">
      <p class="surface">Drop a picture, a film, a recipe, weights or a sound</p>
    </div>
  ) : null;
}

/** Whether something is dragged that the page can open: a file or a link, and not one of the page's own pictures. */
function isTaken({ dataTransfer }: DragEvent): boolean {
  const { types = [] } = dataTransfer ?? {};
  return types.includes('Files') || types.includes('text/uri-list');
}
