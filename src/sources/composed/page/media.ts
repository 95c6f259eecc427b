/** Names pictures and videos that cannot be shown. */

import type { Failure } from './protocol.js';

/** Fails for a video that cannot be played: Motion Canvas would wait for it without end. */
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

/** What people call a file that the page has under this address. */
export function fileNameOf(address: string): string {
  if (address.startsWith('data:')) return `${address.slice(0, 30)}...`;
  const name = decodeURIComponent(new URL(address, location.href).pathname.split('/').at(-1) ?? '');
  return name.replace(/-[\w-]{8}(\.\w+)$/, '$1'); // the bundle has a digest in it
}
