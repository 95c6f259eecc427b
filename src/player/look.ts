/**
 * Where the viewer looks, relative to the film's own view: whoever drags a film that zooms goes on zooming, with the
 * picture moved as far as it was dragged.
 */
import type { View } from '../core/frame/description.js';
import { turned } from '../core/frame/inputs.js';

export interface Look {
  /** The centre, relative to the film's, in half-widths of the film's view: to the right, and up in the picture. */
  right: number;
  up: number;
  /** How many times larger things are than in the film. */
  zoom: number;
}

export const HOME: Look = { right: 0, up: 0, zoom: 1 };

/** The view that a look shows. */
export function viewOf(film: View, { right, up, zoom }: Look): View {
  const [x, y] = turned(film.rotation, right * film.halfWidth, up * film.halfWidth);
  return {
    ...film,
    centre: [film.centre[0] + x, film.centre[1] + y],
    halfWidth: film.halfWidth / zoom,
  };
}

/** The look that shows a view. */
export function lookAt(film: View, view: View): Look {
  const [x, y] = [0, 1].map((i) => (view.centre[i] - film.centre[i]) / film.halfWidth);
  const [right, up] = turned(-film.rotation, x, y);
  return { right, up, zoom: film.halfWidth / view.halfWidth };
}
