/** What would make a page wait for somebody, or leave: nobody is there, and the film would end without a word. */

import type { Failure, Message } from './protocol.js';

/** What the guard uses of the page: Node imports this file, and has no DOM. */
declare const window: { untrainedTell(message: Message): void; readonly top: unknown; close(): void };

/**
 * Put into the page before any script of the scene's runs, as its own text: it must use nothing from outside.
 * Dialogs are answered as by somebody who dismisses them. Going to another page fails, with the place in the scene.
 */
export function guardPage(): void {
  const tell = (message: Message) => window.untrainedTell(message);
  Error.stackTraceLimit = 100; // the scene's own line may lie deep
  const dismissing = (name: string, answer: unknown) => {
    Object.defineProperty(window, name, {
      configurable: true,
      writable: true,
      value: (text?: unknown) => {
        const said = text === undefined ? '' : JSON.stringify(String(text).slice(0, 200));
        const message = `${name}(${said}) shows nothing: nobody watches while a film is rendered.`;
        tell({ type: 'warning', warning: { message, stack: new Error().stack ?? '' } });
        return answer;
      },
    });
  };
  dismissing('alert', undefined);
  dismissing('confirm', false);
  dismissing('prompt', null);
  dismissing('print', undefined);

  if (window !== window.top) return; // a frame may go where it is allowed to
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
