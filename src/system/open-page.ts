/** Opens a page in the user's browser. */
import { spawn } from 'node:child_process';

/** The program that opens an address in the usual browser, and its arguments before the address. No shell reads it. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
  darwin: ['open'],
};

/** Opens an address, if it can. @param url - One that we have made ourselves. */
export function openPage(url: string): void {
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(program, [...args, url], { detached: true, stdio: 'ignore', windowsHide: true });
  child.on('error', () => {}); // the address is printed, too
  child.unref();
}
