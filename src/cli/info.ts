/** What `info` and `places` print. */

import { describeRules, inBytes, placeNames, placeOf, probe } from '../video/index.js';
import { printJson } from './report.js';
import { listScenes, recipeIn } from './scenes.js';

/** A film's file, and the recipe it carries. */
export function info(path: string, { json }: { json?: boolean }): void {
  const { note, ...film } = probe(path);
  const recipe = recipeIn(path, { note });
  if (json) {
    printJson('info', { path, ...film, recipe: recipe && { untrained: 1, ...recipe } });
    return;
  }
  const { format, codec, width, height, fps, frames, seconds, bytes } = film;
  const time = seconds > 0 ? [`${round(fps)} fps`, `${frames} frames`, `${round(seconds)} s`] : [];
  const kind = codec ? `${format} (${codec})` : format;
  console.log(`${path}  ${[kind, `${width}x${height}`, ...time, inBytes(bytes)].join(', ')}`);
  if (!recipe) {
    console.log('It carries no recipe: it is not of Untrained, or was converted since.');
    return;
  }
  const { made, sweep, scene, sheet } = recipe;
  if (made) console.log(`Made by Untrained ${printable(made.version)} on ${printable(made.backend)}.`);
  const here = sweep !== undefined || listScenes().some(({ name }) => name === scene);
  if (!sweep) {
    const where = here ? 'of the scenes here' : 'whose code is not in the film';
    console.log(`It shows "${printable(scene ?? '')}", ${where}.`);
  }
  if (sheet) console.log(`A sheet. A film of its scene: untrained render ${path}`);
  else if (here) console.log(`Again, larger: untrained render ${path} --size ${2 * width}x${2 * height}`);
  console.log(JSON.stringify({ untrained: 1, ...recipe }, null, 2));
}

/** Every place, and what it takes. */
export function listPlaces({ json }: { json?: boolean }): void {
  for (const name of placeNames) {
    const place = placeOf(name);
    if (json) {
      printJson('place', { name, ...place });
      continue;
    }
    console.log(`${name.padEnd(10)} ${place.title}, made at ${place.size.join('x')}`);
    console.log(`  .mp4  ${describeRules(place.mp4)}`);
    if (place.gif) console.log(`  .gif  ${describeRules(place.gif)}`);
  }
}

const round = (value: number) => Number(value.toFixed(2));

/** A text from a file, without what a terminal would take as a command. */
const printable = (text: string) => text.replace(/[^ -~]/g, '?');
