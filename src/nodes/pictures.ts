/** Pictures for nodes: they are drawn while the scene waits. */
import { DependencyContext } from '@motion-canvas/core';
import { findPicture, keyOf, type Picture, type PictureRequest, startPicture } from './picture-store.js';
import { isPreviewed, previewPicture } from './preview.js';
import { named, namesOnly } from './watch.js';

/**
 * The picture that a node should show. If it is not there yet, starts drawing it. Call this while drawing: Motion
 * Canvas then waits for the picture and draws the frame again, so that no frame shows an outdated one. In an editor's
 * preview, a coarser picture of the same moment may come first.
 */
export function requestPicture(request: PictureRequest): Picture {
  const key = keyOf(request);
  if (namesOnly())
    return { key, done: Promise.resolve(), canvas: named(key, new OffscreenCanvas(1, 1)), used: 0 };
  if (isPreviewed()) return previewPicture(key, request);
  const picture = findPicture(key) ?? startPicture(key, request.describe([...request.size]));
  // Motion Canvas waits for collected promises, and hangs if one rejects.
  if (!picture.canvas) DependencyContext.collectPromise(picture.done);
  return picture;
}
