/** The program of the start page: keeps the list of scenes up to date, and draws the thumbnails that are missing. */
import type { FrameRenderer } from '../../core/frame/renderer.js';
import { frameAt, parseSweep } from '../../core/sweep/sweep.js';
import { evaluate } from '../../renderers/cpu/planes.js';
import { createRenderer } from '../../renderers/create-renderer.js';
import type { SceneModule } from './protocol.js';
import { setThumbnail, THUMBNAIL, thumbnailOf } from './thumbnails.js';

/** The point in a sweep's film that its thumbnail shows, as a fraction. */
const MOMENT = 0.6;
/** How long a thumbnail may take, in milliseconds: those of large networks are coarser. */
const PATIENCE = 1500;

let renderer: Promise<FrameRenderer> | undefined;
/** The thumbnails that are being drawn, one after another. */
let drawing = Promise.resolve();

/** Shows the list. `onChange` takes a listener for changes of the list. */
export function start(onChange: (listener: () => void) => void): void {
  fillList();
  onChange(() => void reloadList());
  void reloadList(); // it may have changed before the page could be told
}

/** Shows thumbnails in the list, as its scenes come into view. */
function fillList(): void {
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      fill(target as HTMLElement);
    }
  });
  for (const picture of document.querySelectorAll('[data-path]')) seen.observe(picture);
}

/** The list as the server has sent it. */
let sent = document.querySelector('main')!.outerHTML;

/** Replaces the list by the server's current one, if they differ. */
async function reloadList(): Promise<void> {
  const text = await (await fetch('/')).text();
  const list = new DOMParser().parseFromString(text, 'text/html').querySelector('main')!;
  if (list.outerHTML === sent) return;
  sent = list.outerHTML;
  document.querySelector('main')!.replaceWith(list);
  fillList();
}

function fill(place: HTMLElement): void {
  const { path, changed, module } = place.dataset;
  const kept = thumbnailOf(path!);
  if (kept) show(place, kept.picture);
  // A composed scene has no module here: its thumbnail is stored when the scene is opened.
  if (!module || kept?.changed === Number(changed)) return;
  drawing = drawing.then(() =>
    draw(place, path!, Number(changed), module).catch((error) => console.warn(path, error)),
  );
}

async function draw(place: HTMLElement, path: string, changed: number, module: string): Promise<void> {
  const exported: SceneModule = await import(/* @vite-ignore */ module);
  if (!('sweep' in exported)) {
    place.textContent = 'cannot be opened';
    return;
  }
  const sweep = parseSweep({ ...exported.sweep, pace: 'tracks', supersample: 1, evaluation: 'adaptive' });
  renderer ??= createRenderer();
  const backend = await renderer;
  const paint = async (part: number) => {
    const size: [number, number] = [THUMBNAIL[0] * part, THUMBNAIL[1] * part];
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = size;
    const rgba = await backend.render({ ...frameAt(sweep, MOMENT * sweep.seconds, evaluate), size });
    const bytes = new Uint8ClampedArray(rgba.buffer as ArrayBuffer, rgba.byteOffset, rgba.length);
    canvas.getContext('2d')!.putImageData(new ImageData(bytes, ...size), 0, 0);
    setThumbnail(path, changed, canvas);
    show(place, thumbnailOf(path)?.picture ?? canvas.toDataURL());
  };
  // Except for the first, which waits for the renderer, each picture tells how long the next would take.
  for (const part of [1 / 10, 1 / 4, 1 / 2, 1]) {
    const before = performance.now();
    await paint(part);
    const next = 4 * (performance.now() - before);
    if (part > 1 / 10 && next > PATIENCE) return;
  }
}

function show(place: HTMLElement, picture: string): void {
  const image = document.createElement('img');
  image.src = picture;
  image.alt = '';
  place.replaceChildren(image);
}
