/** A worker of a page's, running thread.ts. build/embed.js puts it into the page's own script. */
import { bandDrawer } from './thread.js';

const draw = bandDrawer((message, transfer) => postMessage(message, { transfer }));
addEventListener('message', ({ data }) => draw(data));
