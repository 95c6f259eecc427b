/** The public face of Untrained in Node: films and stills of sweeps. */

export { findFfmpeg } from '../video/index.js';
export { type Film, type FilmOptions, type Progress, renderFilm, renderStill } from './film.js';
