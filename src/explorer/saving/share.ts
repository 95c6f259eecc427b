/**
 * Shares a picture and a link. Browsers allow that only while they handle a press of a button, so the picture is ready
 * before.
 */
import { type PictureRequest, savePng } from './png.js';
import { withRenderer } from './renderer.js';

/** The longer side of a shared picture, in pixels: about what services show. */
const LONGER_SIDE = 1200;

/** What is shared. */
export interface Shared {
  title: string;
  /** The address of what is shown; undefined if it is too long for a link. */
  link: string | undefined;
  /** The picture, if it is ready. */
  picture: File | undefined;
}

/** Keeps a picture ready to be shared. */
export class PreparedPicture {
  #work: AbortController | undefined;
  #key: string | undefined;
  #drawing: Promise<File | undefined> = Promise.resolve(undefined);
  /** The picture, when it is ready. */
  file: File | undefined;

  /** @param onReady - Called when there is a picture. */
  constructor(private readonly onReady: (file: File) => void = () => {}) {}

  /**
   * Draws another picture, unless it has been drawn already. Call it when the page is at rest.
   * @param shape - Width and height of the page's picture; the shared one has the same shape.
   * @param name - Of the file, without an ending.
   */
  prepare(
    request: Omit<PictureRequest, 'size'>,
    shape: [number, number],
    name: string,
  ): Promise<File | undefined> {
    const size = sharedSize(shape);
    const key = JSON.stringify([request, size]);
    if (key === this.#key) return this.#drawing;
    this.discard();
    this.#key = key;
    const work = new AbortController();
    this.#work = work;
    this.#drawing = this.#draw({ ...request, size }, name, work.signal);
    return this.#drawing;
  }

  /** Forgets the picture, and stops drawing it: what is shown has changed. */
  discard(): void {
    this.#work?.abort();
    this.file = this.#key = undefined;
    this.#drawing = Promise.resolve(undefined);
  }

  async #draw(request: PictureRequest, name: string, signal: AbortSignal): Promise<File | undefined> {
    try {
      const blob = await withRenderer((renderer) => savePng(request, renderer, { signal }), signal);
      if (signal.aborted) return undefined;
      this.file = new File([blob], `${name}.png`, { type: blob.type });
      this.onReady(this.file);
      return this.file;
    } catch {
      if (!signal.aborted) this.#key = undefined; // so that it is tried again
      return undefined;
    }
  }
}

/** The size of a shared picture, of the same shape as the page's. */
export function sharedSize([width, height]: [number, number]): [number, number] {
  const factor = Math.min(1, LONGER_SIDE / Math.max(width, height));
  const side = (length: number) => Math.max(1, Math.round(length * factor));
  return [side(width), side(height)];
}

/**
 * Opens the system's share sheet with the picture and the link. Call it while a press of a button is handled.
 * @returns `shared`; `cancelled` by the user; or `unavailable`, when the page should offer copies instead.
 */
export async function shareWithSystem(shared: Shared): Promise<'shared' | 'cancelled' | 'unavailable'> {
  const data = shareable(shared);
  if (!data) return 'unavailable';
  try {
    await navigator.share(data);
    return 'shared';
  } catch (error) {
    return (error as Error).name === 'AbortError' ? 'cancelled' : 'unavailable';
  }
}

/** Whether this is a phone or a tablet whose share sheet takes what is shared. Desktops copy. */
export function prefersSystem(shared: Shared): boolean {
  return matchMedia('(pointer: coarse)').matches && shareable(shared) !== undefined;
}

/** The most that the system can share: picture and link, or one of them. */
function shareable({ title, link, picture }: Shared): ShareData | undefined {
  if (!navigator.canShare || !navigator.share) return undefined;
  const url = link === undefined ? {} : { url: link };
  const files = picture ? { files: [picture] } : {};
  const choices: ShareData[] = [
    ...(picture
      ? [
          { title, ...url, ...files },
          { title, ...files },
        ]
      : []),
    ...(link === undefined ? [] : [{ title, ...url }]),
  ];
  return choices.find((data) => navigator.canShare(data));
}

/** Copies a text. @returns Whether the browser did; if not, the page should show it for the user to copy. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text); // there is no clipboard on pages that are not secure
    return true;
  } catch {
    return false;
  }
}

/**
 * Copies a picture. Call it while a press of a button is handled; the picture itself may still be in progress.
 * @returns Whether the browser did; if not, the page should offer the file.
 */
export async function copyPicture(picture: Promise<Blob | undefined>): Promise<boolean> {
  const png = picture.then((blob) => {
    if (!blob) throw new Error('There is no picture.');
    return blob;
  });
  png.catch(() => {}); // reported by the clipboard
  try {
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
    return true;
  } catch {
    return false;
  }
}

/** Saves a file on the user's machine, where the browser puts downloads. */
export function download(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The download has begun, but some browsers read the file a moment later.
  setTimeout(() => URL.revokeObjectURL(address), DOWNLOAD_STARTS);
}

/** The time that a download may take to start, in milliseconds. */
const DOWNLOAD_STARTS = 60_000;
