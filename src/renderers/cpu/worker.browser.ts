/** A web worker that runs thread.ts. build/embed.js embeds it in our script. */
import { bandDrawer } from './thread.js';

const draw = bandDrawer((message, transfer) => postMessage(message, { transfer }));
addEventListener('message', ({ data }) => draw(data));
