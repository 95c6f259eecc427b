import { homedir } from 'node:os';

/**
 * For a user who has no home folder, neither in HOME nor in the list of users, as in many containers: Vite and
 * Playwright ask for it whatever they do, and os.homedir() then throws. Call this before they are loaded: they get one
 * that does not exist.
 */
export function pretendHome(): void {
  try {
    homedir();
  } catch {
    process.env.HOME = '/nonexistent'; // as Debian has it for such users
  }
}
