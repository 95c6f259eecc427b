/** Pages that can reach only our own server: neither the network nor other programs on this machine. */

import type { Page, Browser as Process } from 'playwright-core';
import type { Browser } from './browser.js';
import { setGenericFonts } from './fonts.js';

/**
 * Opens an empty page in a new browser context.
 *
 * The page's content security policy (src/sources/composed/server.ts) refuses most other addresses and reports where in
 * the scene they were requested. Requests that it does not cover, such as navigation, popups and preconnections, go to
 * a proxy, which is our own server and refuses them. WebRTC and WebTransport ignore proxies, so they are removed from
 * pages.
 *
 * @param origin - The origin of our server, such as "http://127.0.0.1:4711".
 */
export async function openPage(process: Process, browser: Browser, origin: string): Promise<Page> {
  const context = await process.newContext({
    viewport: { width: 320, height: 180 },
    // Numbers and dates are formatted alike on every machine.
    locale: 'en-US',
    timezoneId: 'UTC',
    // Playwright removes loopback addresses from the proxy's exceptions, so ours is the only one.
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
