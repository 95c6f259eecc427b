/** A Node worker thread that runs thread.ts. */
import { parentPort } from 'node:worker_threads';
import { bandDrawer } from './thread.js';

const port = parentPort!;
port.on(
  'message',
  bandDrawer((message, transfer) => port.postMessage(message, transfer)),
);
