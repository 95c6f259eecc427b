/** Small pictures of scenes for the start page, stored in the browser: what the user last saw of each scene. */
import type { OpenedScene } from './protocol.js';

/** The size of a thumbnail in pixels. */
export const THUMBNAIL: readonly [width: number, height: number] = [320, 180];
/** How long a picture must stay to be stored, in milliseconds: none is stored while the user plays or scrubs. */
const REST = 500;

interface Kept {
  /** The time of the last change of the scene's file, in milliseconds since 1970. */
  changed: number;
  /** A data URL. */
  picture: string;
}

const keyOf = (path: string) => `untrained-thumbnail:${path}`;

/** @param path - The path of the scene's file. */
export function thumbnailOf(path: string): Kept | undefined {
  const text = localStorage.getItem(keyOf(path));
  return text === null ? undefined : JSON.parse(text);
}

export function setThumbnail(path: string, changed: number, canvas: HTMLCanvasElement): void {
  const kept: Kept = { changed, picture: canvas.toDataURL('image/webp', 0.8) };
  try {
    localStorage.setItem(keyOf(path), JSON.stringify(kept));
  } catch {
    // The browser's storage is full: the scene gets no thumbnail.
  }
}

let waiting: ReturnType<typeof setTimeout> | undefined;

/** Stores the preview's picture once it has stayed for a while. */
export function keepThumbnail({ path, changed }: OpenedScene): void {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const preview = document.querySelector<HTMLCanvasElement>('main canvas');
    if (!preview?.width || !preview.height) return;
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = THUMBNAIL;
    const scale = Math.max(canvas.width / preview.width, canvas.height / preview.height); // covers the thumbnail
    const [width, height] = [preview.width * scale, preview.height * scale];
    const context = canvas.getContext('2d')!;
    context.imageSmoothingQuality = 'high';
    context.drawImage(preview, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
    setThumbnail(path, changed, canvas);
  }, REST);
}
