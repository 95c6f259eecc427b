/** A Node worker thread that runs thread.ts. */
import { parentPort } from 'node:worker_threads';
import { partDrawer } from './thread.js';

const port = parentPort!;
port.on(
  'message',
  partDrawer((message, transfer) => port.postMessage(message, transfer)),
);
