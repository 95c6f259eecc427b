/** Pages that draw composed scenes can reach our own server, but no other on this machine, by any API. */
import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer } from 'node:net';
import type { Page, Browser as Process } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser } from '../../src/browser/browser.js';
import { findBrowser } from '../../src/browser/find-browser.js';
import { launchBrowser } from '../../src/browser/launch.js';
import { openPage } from '../../src/browser/page.js';
import { type PageServer, startServer } from '../../src/sources/composed/server.js';

/** The ways that page code may try. `to` is the "127.0.0.1:PORT" of a listening server. */
const ways: Record<string, (to: string) => unknown> = {
  'location.href': (to) => {
    location.href = `http://${to}/`;
  },
  'location.href, encrypted': (to) => {
    location.href = `https://${to}/`;
  },
  'window.open': (to) => void window.open(`http://${to}/`),
  'window.open, then a location': (to) => {
    const opened = window.open('about:blank');
    if (opened) opened.location.href = `http://${to}/`;
  },
  'a link that is clicked': (to) => {
    const link = Object.assign(document.createElement('a'), { href: `http://${to}/`, target: '_blank' });
    document.body.append(link);
    link.click();
  },
  'a link with ping': (to) => {
    const link = Object.assign(document.createElement('a'), { href: '#', ping: `http://${to}/` });
    document.body.append(link);
    link.click();
  },
  iframe: (to) => {
    document.body.append(Object.assign(document.createElement('iframe'), { src: `http://${to}/` }));
  },
  'an iframe in an iframe': (to) => {
    const srcdoc = `<iframe src="http://${to}/"></iframe><img src="http://${to}/i">`;
    document.body.append(Object.assign(document.createElement('iframe'), { srcdoc }));
  },
  'a data: iframe that goes elsewhere': (to) => {
    const src = `data:text/html,<script>location.href="http://${to}/"</script>`;
    document.body.append(Object.assign(document.createElement('iframe'), { src }));
  },
  form: (to) => {
    const form = Object.assign(document.createElement('form'), { action: `http://${to}/`, method: 'post' });
    document.body.append(form);
    form.submit();
  },
  fetch: (to) => void fetch(`http://${to}/`).catch(() => {}),
  beacon: (to) => navigator.sendBeacon(`http://${to}/`, 'x'),
  image: (to) => {
    new Image().src = `http://${to}/`;
  },
  script: (to) => {
    document.body.append(Object.assign(document.createElement('script'), { src: `http://${to}/` }));
  },
  WebSocket: (to) => void new WebSocket(`ws://${to}/`),
  EventSource: (to) => void new EventSource(`http://${to}/`),
  'prefetch and preconnect': (to) => {
    for (const rel of ['prefetch', 'preconnect', 'preload', 'dns-prefetch', 'modulepreload', 'prerender'])
      document.head.append(
        Object.assign(document.createElement('link'), { rel, href: `http://${to}/`, as: 'script' }),
      );
  },
  'speculation rules': (to) => {
    const rules = JSON.stringify({
      prefetch: [{ urls: [`http://${to}/`] }],
      prerender: [{ urls: [`http://${to}/`] }],
    });
    document.head.append(
      Object.assign(document.createElement('script'), { type: 'speculationrules', textContent: rules }),
    );
  },
  'a meta refresh': (to) => {
    const meta = Object.assign(document.createElement('meta'), {
      httpEquiv: 'refresh',
      content: `0;http://${to}/`,
    });
    document.head.append(meta);
  },
  worker: (to) => {
    const code = `fetch("http://${to}/").catch(() => {}); new WebSocket("ws://${to}/"); importScripts("http://${to}/");`;
    new Worker(URL.createObjectURL(new Blob([code])));
  },
  'a service worker': (to) => void navigator.serviceWorker?.register(`http://${to}/`).catch(() => {}),
  WebRTC: async (to) => {
    const frame = document.body.appendChild(document.createElement('iframe'));
    for (const place of [window, frame.contentWindow as Window & typeof globalThis]) {
      if (!place.RTCPeerConnection) continue;
      const iceServers = [
        { urls: `stun:${to}` },
        { urls: `turn:${to}?transport=tcp`, username: 'a', credential: 'b' },
      ];
      const peer = new place.RTCPeerConnection({ iceServers });
      peer.createDataChannel('x');
      await peer.setLocalDescription(await peer.createOffer());
    }
  },
  WebTransport: (to) => {
    if ('WebTransport' in window) new WebTransport(`https://${to}/`).ready.catch(() => {});
  },
};

let browser: Browser;
let process: Process;
let server: PageServer;
const refused: string[] = [];
const listeners: Listener[] = [];

/** A server that listens for connections and datagrams, and counts them. */
interface Listener {
  /** "127.0.0.1:PORT". */
  address: string;
  heard: number;
  close(): void;
}

async function listen(): Promise<Listener> {
  const connections = createServer((socket) => {
    listener.heard++;
    socket.on('error', () => {}).end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });
  await new Promise<void>((done) => connections.listen(0, '127.0.0.1', done));
  const { port } = connections.address() as AddressInfo;
  const datagrams = createSocket('udp4').on('message', () => listener.heard++);
  await new Promise<void>((done) => datagrams.bind(port, '127.0.0.1', done));
  const close = () => {
    connections.close();
    datagrams.close();
  };
  const listener: Listener = { address: `127.0.0.1:${port}`, heard: 0, close };
  listeners.push(listener);
  return listener;
}

beforeAll(async () => {
  browser = await findBrowser();
  process = await launchBrowser(browser);
  const bundle = {
    files: new Map([['film.js', '']]),
    imports: {},
    styles: [],
    styleSources: [],
    sources: new Map<string, string>(),
    music: new Set<string>(),
    heard: { sounds: {}, files: new Map<string, string>() },
    publicFolder: '/nowhere',
  };
  server = await startServer(bundle, async () => {}, { refused: (address) => refused.push(address) });
});

afterAll(async () => {
  await process?.close();
  await server?.close();
  for (const listener of listeners) listener.close();
});

/** Tries a way in a page, and returns the server that it tried to reach. */
async function attempt(page: Page, way: (to: string) => unknown): Promise<Listener> {
  const listener = await listen();
  const code = `Promise.resolve((${way})(${JSON.stringify(listener.address)})).then(() => {})`;
  await page.evaluate(code).catch(() => {}); // a page that navigates away returns nothing
  return listener;
}

test('a page without these bounds does reach other servers', async () => {
  for (const name of ['location.href', 'window.open', 'iframe', 'WebRTC']) {
    const page = await process.newPage(); // one for each way: a navigation may still be under way in the last one
    const listener = await attempt(page, ways[name]);
    await expect.poll(() => listener.heard, { message: name, timeout: 20_000 }).toBeGreaterThan(0);
    await page.context().close();
  }
});

test('a page of ours does not, whatever the way', async () => {
  const tried = await Promise.all(
    Object.entries(ways).map(async ([name, way]) => {
      const page = await openPage(process, browser, server.origin);
      await page.goto(server.url);
      return { name, page, listener: await attempt(page, way) };
    }),
  );
  // Requests to the proxy have arrived by then; the others have been refused within the page.
  await expect.poll(() => refused).toContain(`http://${tried[0].listener.address}/`);
  await tried[0].page.waitForTimeout(2000);
  expect(tried.filter(({ listener }) => listener.heard > 0).map(({ name }) => name)).toEqual([]);
  // Of encrypted requests, only the host and the port are known.
  expect(refused).toContain(tried.find(({ name }) => name === 'location.href, encrypted')!.listener.address);
  await Promise.all(tried.map(({ page }) => page.context().close()));
});

test('our own server is reached without a detour', async () => {
  const page = await openPage(process, browser, server.origin);
  await page.goto(server.url);
  refused.length = 0;
  const status = await page.evaluate(async () => {
    const body = new Blob([new Uint8Array(1 << 20)]);
    return (await fetch('frames/0/0/1/1/none', { method: 'POST', body })).status;
  });
  expect(status).toBe(204);
  expect(refused).toEqual([]);
  await page.context().close();
});
