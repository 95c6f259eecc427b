/**
 * Threads of the CPU renderer for pages of any origin: those opened from a disk and those in sandboxed frames have
 * none. Where a browser starts no worker from a blob: URL, it may start one from a data: URL; otherwise the page draws
 * by itself.
 *
 * build/player.js puts this in place of renderers/cpu/host.browser.ts as "#host". A worker runs the same program as the
 * page, which would otherwise contain most of it twice.
 */
import type { Thread } from '../renderers/cpu/host.js';
import { partDrawer } from '../renderers/cpu/thread.js';

export { compileModule, cores, mayWiden } from '../renderers/cpu/host.browser.js';

/** The program, in a page; empty in a worker. */
const program = (isWorker() ? undefined : document.currentScript?.textContent) ?? '';

/** Whether this is one of the workers. */
export function isWorker(): boolean {
  return typeof document === 'undefined';
}

/** Draws what the page asks for. */
export function work(): void {
  const draw = partDrawer((message, transfer) => postMessage(message, { transfer }));
  addEventListener('message', ({ data }) => draw(data));
}

/** What is tried, in this order. Once a way has failed, all threads use the next. */
const ways: (() => string)[] = [
  () => URL.createObjectURL(new Blob([program], { type: 'text/javascript' })),
  () => `data:text/javascript,${encodeURIComponent(program)}`,
];
const addresses: string[] = [];
let way = 0;

/** Starts a thread. `failed` is called at most once, if it dies after it has answered. */
export function startThread<Answer>(
  received: (answer: Answer) => void,
  failed: (error: Error) => void,
): Thread {
  /** What has been sent to a worker that has not answered yet, and may never have started. */
  let unanswered: unknown[] = [];
  let hasAnswered = false;
  let isOver = false;
  let thread: Thread;

  const begin = (): void => {
    const own = way;
    const next = () => {
      if (isOver) return;
      way = Math.max(way, own + 1);
      begin();
      for (const message of unanswered) thread.post(message, []);
    };
    if (own >= ways.length) {
      thread = inPage(received);
      return;
    }
    try {
      addresses[own] ??= ways[own]();
      thread = inWorker(
        addresses[own],
        (answer: Answer) => {
          hasAnswered = true;
          unanswered = [];
          received(answer);
        },
        (error) => {
          if (!hasAnswered) next();
          else if (!isOver) failed(error);
        },
      );
    } catch {
      next();
    }
  };
  begin();
  return {
    post(message, transfer) {
      if (hasAnswered) return thread.post(message, transfer);
      unanswered.push(message);
      thread.post(message, []); // a copy, as it may have to be sent again
    },
    async terminate() {
      isOver = true;
      await thread.terminate();
    },
  };
}

function inWorker<Answer>(
  address: string,
  received: (answer: Answer) => void,
  failed: (error: Error) => void,
): Thread {
  const worker = new Worker(address);
  const end = (reason: string) => {
    worker.terminate();
    failed(new Error(reason));
  };
  worker.addEventListener('message', ({ data }) => received(data));
  worker.addEventListener('messageerror', () => end('its answer could not be read'));
  worker.addEventListener('error', ({ message }) => end(message || 'it did not start'));
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    terminate: async () => worker.terminate(),
  };
}

/** Draws on the page's own thread, part by part, so that the page stays usable. */
function inPage<Answer>(received: (answer: Answer) => void): Thread {
  let isOver = false;
  const draw = partDrawer((answer) => received(answer as Answer));
  return {
    post: (message) => void setTimeout(() => !isOver && draw(message as Parameters<typeof draw>[0])),
    terminate: async () => {
      isOver = true;
    },
  };
}
