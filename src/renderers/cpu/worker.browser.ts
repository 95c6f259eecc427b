/** A web worker that runs thread.ts. build/embed.js embeds it in our script. */
import { partDrawer } from './thread.js';

const draw = partDrawer((message, transfer) => postMessage(message, { transfer }));
addEventListener('message', ({ data }) => draw(data));
