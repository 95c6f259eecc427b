/** A browser that does not start is reported in one line that says why. */
import { expect, test } from 'vitest';
import { whyNotStarted } from '../../src/browser/launch.js';
import { exitCodeOf } from '../../src/core/errors.js';

const dim = (text: string) => `\u001b[2m${text}\u001b[22m`;
/** An error as Playwright words it. */
const launchError = (...log: string[]) =>
  new Error(
    [
      'browserType.launch: Target page, context or browser has been closed',
      'Browser logs:',
      '',
      dim('<launching> /b/chrome --headless'),
      ...log,
    ].join('\n'),
  );

test.each<[error: Error, reason: RegExp]>([
  [
    launchError(
      '<launched> pid=7',
      '[pid=7] <process did exit: exitCode=null, signal=SIGKILL>',
      dim('  - [pid=7] exception while trying to kill process: Error: kill ESRCH'),
    ),
    /^The browser \/b\/chrome was killed while starting \(SIGKILL\): /,
  ],
  [
    launchError('[pid=7] <process did exit: exitCode=null, signal=SIGTRAP>'),
    /^The browser \/b\/chrome crashed while starting \(SIGTRAP\): /,
  ],
  [
    launchError('[pid=7] <process did exit: exitCode=3, signal=null>', dim('kill ESRCH')),
    /^The browser \/b\/chrome exited while starting, with exit code 3: choose another/,
  ],
  [
    launchError(
      dim('[pid=7][err] error while loading shared libraries: libx.so: cannot open shared object file'),
      '[pid=7] <process did exit: exitCode=127, signal=null>',
    ),
    /^The browser \/b\/chrome did not start \(error while loading shared libraries: libx\.so: cannot open/,
  ],
  [
    new Error("browserType.launch: EROFS: read-only file system, mkdtemp '/t/playwright-artifacts-XXXXXX'"),
    /did not start because the disk is read-only \(EROFS, in .*\): set TMPDIR to a writable folder/,
  ],
  [
    new Error("browserType.launch: ENOSPC: no space left on device, mkdtemp '/t/playwright-artifacts-X'"),
    /did not start because the disk is full \(ENOSPC, in .*\): set TMPDIR to a writable folder/,
  ],
  [new Error('something else'), /^The browser \/b\/chrome did not start: choose another/],
])('%s', (error, reason) => {
  const failure = whyNotStarted('/b/chrome', error);
  const { message } = failure;
  expect(message).toMatch(reason);
  expect(exitCodeOf(failure), 'only a missing library is there to stay').toBe(
    /libraries/.test(message) ? 3 : 75,
  );
  for (const noise of ['\u001b', 'ESRCH', '\n']) expect(message).not.toContain(noise);
});
