/** Detects videos that cannot be played, and names media files in messages. */

import type { Failure } from './protocol.js';

/** Reports a failure for each video that cannot be played. Motion Canvas would wait for it forever. */
export function watchVideos(fail: (failure: Failure) => void): void {
  const watched = new WeakSet<HTMLMediaElement>();
  const src = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'src')!;
  Object.defineProperty(HTMLMediaElement.prototype, 'src', {
    ...src,
    set(this: HTMLMediaElement, address: string) {
      if (this instanceof HTMLVideoElement && !watched.has(this)) {
        watched.add(this);
        const { stack = '' } = new Error();
        this.addEventListener('error', () => {
          const reason = this.error?.message ? ` (${this.error.message})` : '';
          const message =
            `The video "${fileNameOf(this.currentSrc || this.src)}" cannot be played${reason}: ` +
            'it is damaged, or in a format that this browser does not support; WebM with VP8 or VP9 plays everywhere.';
          fail({ message, stack });
        });
      }
      src.set!.call(this, address);
    },
  });
}

/** The user's name for the file that the page loads from this address. */
export function fileNameOf(address: string): string {
  if (address.startsWith('data:')) return `${address.slice(0, 30)}...`;
  const name = decodeURIComponent(new URL(address, location.href).pathname.split('/').at(-1) ?? '');
  return name.replace(/-[\w-]{8}(\.\w+)$/, '$1'); // without the digest that bundling adds
}
