/** Metadata from our package.json. */
import { readFileSync } from 'node:fs';

/** The parts of our package.json that we use. */
export const MANIFEST: { version: string; dependencies: Record<string, string> } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);

export const { version: VERSION } = MANIFEST;
