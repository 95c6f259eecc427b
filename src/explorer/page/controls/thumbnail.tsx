/** @jsxImportSource preact */
/** A small picture, drawn while it is visible. Until it has been drawn, the one before it stays. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Picture } from '../../state/document.js';
import { plane } from '../current-plane.js';
import { drawThumbnail, keptThumbnail, THUMBNAIL } from './thumbnails.js';

/** How long a picture must stay the same before it is drawn, in milliseconds. */
const PATIENCE = 150;

interface ThumbnailProps {
  /** What it shows. Called only while it is visible; undefined if it cannot be drawn. */
  picture: () => Picture | undefined;
  /** A new object for each new picture. */
  version: unknown;
}

export function Thumbnail({ picture, version }: ThumbnailProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [isVisible, setVisible] = useState(false);
  const drawer = plane.value;
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => setVisible(entry.isIntersecting));
    observer.observe(canvas.current!);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (!isVisible || !drawer) return;
    const controller = new AbortController();
    const timer = setTimeout(() => void draw(canvas.current!, picture, controller.signal), PATIENCE);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [isVisible, version, drawer]);
  return <canvas ref={canvas} class="thumbnail" width={THUMBNAIL.width} height={THUMBNAIL.height} />;
}

async function draw(
  canvas: HTMLCanvasElement,
  picture: () => Picture | undefined,
  signal: AbortSignal,
): Promise<void> {
  try {
    const wanted = await inTurn(() => (signal.aborted ? undefined : picture()));
    if (!wanted || signal.aborted) return;
    const image = keptThumbnail(wanted) ?? (await drawThumbnail(wanted, signal));
    if (!image || signal.aborted) return;
    Object.assign(canvas, { width: image.width, height: image.height });
    canvas.getContext('2d')!.putImageData(image, 0, 0);
  } catch (error) {
    if (!signal.aborted) console.warn(error); // the plane reports what is wrong with its renderer
  }
}

let line: Promise<unknown> = Promise.resolve();

/** Does work that takes some milliseconds, one piece at a time, so that the page can answer in between. */
function inTurn<T>(work: () => T): Promise<T> {
  const done = line.then(() => new Promise((next) => setTimeout(next))).then(work);
  line = done.catch(() => {});
  return done;
}
