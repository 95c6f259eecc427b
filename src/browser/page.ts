/** Pages that can reach one server, ours, and nothing else: neither the network nor other programs on this machine. */

import type { Page, Browser as Process } from 'playwright-core';
import type { Browser } from './browser.js';
import { setGenericFonts } from './fonts.js';

/**
 * Opens an empty page in a context of its own.
 *
 * Its policy (composed/server.ts) refuses most addresses first, with the place in the scene. What a policy does not
 * cover, such as navigation, popups and connections made ahead of time, goes to a proxy, which is our own server and
 * refuses it. WebRTC and WebTransport take no proxy, so pages have neither.
 *
 * @param origin - Of our server: "http://127.0.0.1:4711".
 */
export async function openPage(process: Process, browser: Browser, origin: string): Promise<Page> {
  const context = await process.newContext({
    viewport: { width: 320, height: 180 },
    // A scene that writes numbers or dates writes them alike on every machine.
    locale: 'en-US',
    timezoneId: 'UTC',
    // Playwright takes loopback addresses out of the proxy's exceptions, so that ours is the only one.
    proxy: { server: origin, bypass: new URL(origin).host },
    serviceWorkers: 'block',
  });
  await context.addInitScript(() => {
    for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport'])
      Reflect.deleteProperty(globalThis, name);
  });
  const page = await context.newPage();
  page.on('popup', (popup) => popup.close().catch(() => {}));
  await setGenericFonts(page, browser);
  return page;
}
