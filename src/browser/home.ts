import { homedir } from 'node:os';

/**
 * Sets HOME for users without a home folder, neither in HOME nor in the system's user list, as in many containers:
 * Vite and Playwright call os.homedir() when they are loaded, which then throws. Call this before loading them. The
 * folder that HOME then names does not exist.
 */
export function pretendHome(): void {
  try {
    homedir();
  } catch {
    process.env.HOME = '/nonexistent'; // Debian's convention for such users
  }
}
