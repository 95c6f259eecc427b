/** A step of the build: synthesises the music that our scenes listen to, into dist/music. build/music has scores. */
import { mkdir, writeFile } from 'node:fs/promises';
import { bassLine } from './music/bass-line.js';
import { onTheBeat } from './music/on-the-beat.js';

await mkdir('dist/music', { recursive: true });
await writeFile('dist/music/bass-line.wav', bassLine());
await writeFile('dist/music/on-the-beat.wav', onTheBeat());
