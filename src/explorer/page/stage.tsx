/** @jsxImportSource preact */
/** The canvas that fills the window. Everything else lies above it. */
import { effect, signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Plane, type PlaneStatus } from '../plane/plane.js';
import { isOpening } from './opening.js';
import { picture } from './picture.js';
import { state } from './store.js';

/** What the plane is doing; undefined until there is one. */
export const planeStatus = signal<PlaneStatus | undefined>(undefined);
/** The plane, once the page has one: thumbnails are drawn with its renderer. */
export const plane = signal<Plane | undefined>(undefined);

export function Stage() {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current!;
    const created = new Plane(element, {
      onChange: (status) => {
        planeStatus.value = status;
      },
    });
    plane.value = created;
    const resize = () => {
      const { width, height } = element.getBoundingClientRect();
      created.resize(Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio));
    };
    const observer = new ResizeObserver(resize);
    observer.observe(element);
    resize();
    const stop = effect(() => created.show(picture.value, { moving: state.value.playing || isOpening() }));
    return () => {
      stop();
      observer.disconnect();
      plane.value = undefined;
      void created.close();
    };
  }, []);
  return <canvas ref={canvas} class="stage" tabIndex={0} />;
}
