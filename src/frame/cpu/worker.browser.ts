/** A module worker of a page's, running thread.ts. */
import { bandDrawer } from './thread.js';

const draw = bandDrawer((message, transfer) => postMessage(message, { transfer }));
addEventListener('message', ({ data }) => draw(data));
