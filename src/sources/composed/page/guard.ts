/** Guards against dialogs, which nobody could answer, and against navigation, which would end the film silently. */

import type { Failure, Message } from './protocol.js';

/** What the guard uses of the page: Node imports this file, and has no DOM. */
declare const window: { untrainedTell(message: Message): void; readonly top: unknown; close(): void };

/**
 * Runs in the page before any of the scene's scripts. It is injected as text, so it must not use anything from outside
 * the function. Dialogs behave as if dismissed. Navigation is an error, reported with its position in the scene.
 */
export function guardPage(): void {
  const tell = (message: Message) => window.untrainedTell(message);
  Error.stackTraceLimit = 100; // the scene's own code may be deep in the stack
  const dismissing = (name: string, answer: unknown) => {
    Object.defineProperty(window, name, {
      configurable: true,
      writable: true,
      value: (text?: unknown) => {
        const shown = text === undefined ? '' : JSON.stringify(String(text).slice(0, 200));
        const message = `${name}(${shown}) has no effect while a film is rendered, since nobody could answer it.`;
        tell({ type: 'warning', warning: { message, stack: new Error().stack ?? '' } });
        return answer;
      },
    });
  };
  dismissing('alert', undefined);
  dismissing('confirm', false);
  dismissing('prompt', null);
  dismissing('print', undefined);

  if (window !== window.top) return; // an iframe may navigate
  const leave = (what: string, stack = new Error().stack ?? '') => {
    const message = `The scene ${what}, which would end the film: remove that call.`;
    tell({ type: 'failure', failure: { message, stack } satisfies Failure });
  };
  window.close = () => leave('closes its page');
  const { navigation } = window as unknown as { navigation?: EventTarget };
  navigation?.addEventListener('navigate', (event) => {
    const { destination, navigationType } = event as Event & {
      destination: { url: string; sameDocument: boolean };
      navigationType: string;
    };
    if (destination.sameDocument) return;
    event.preventDefault();
    leave(navigationType === 'reload' ? 'reloads its page' : `goes to another page, ${destination.url}`);
  });
}
