/** Saves what a user changes in a scene's timeline: time events, in the scene's .meta file. Renders read them there. */

import { existsSync } from 'node:fs';
import { realpath, rm, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import type { Plugin } from 'vite';
import { SAVE_SETTINGS, SAVED_SETTINGS } from '../core/motion-canvas.js';
import { sceneMetaOf } from '../sources/composed/modules.js';
import { metaFileOf } from '../sources/composed/target.js';
import { replaceFile } from '../system/folders.js';

/**
 * @param paths - The scenes' files.
 * @param onWarning - Called once for each file that cannot be written.
 */
export function saveSettings(paths: () => string[], onWarning: (text: string) => void): Plugin {
  const unsaved = new Set<string>();
  const save = async (path: string, source: string, timeEvents: TimeEvent[]) => {
    try {
      const text = JSON.stringify({ ...sceneMetaOf(path), timeEvents }, undefined, 2);
      if (timeEvents.length > 0 || existsSync(source)) await replace(source, `${text}\n`);
      unsaved.delete(source);
    } catch (error) {
      if (unsaved.has(source)) return;
      unsaved.add(source);
      onWarning(
        `Changes made in the editor cannot be saved in ${relative('.', source)} (${reasonOf(error)}): ` +
          'make it writable. Until then they last only while the page is open.',
      );
    }
  };
  return {
    name: 'untrained:settings',
    configureServer(server) {
      server.ws.on(SAVE_SETTINGS, async ({ source, data }, client) => {
        // A page may write only the .meta files of existing scenes.
        const path = paths().find((known) => metaFileOf(known) === source);
        if (!path || !areEvents(data?.timeEvents)) return;
        await save(path, source, data.timeEvents);
        client.send(SAVED_SETTINGS, { source });
      });
    },
  };
}

interface TimeEvent {
  name: string;
  /** In seconds. */
  targetTime: number;
}

function areEvents(value: unknown): value is TimeEvent[] {
  const isEvent = (event: Partial<TimeEvent> | null) =>
    typeof event?.name === 'string' && Number.isFinite(event.targetTime);
  return Array.isArray(value) && value.every(isEvent);
}

/** Replaces a file's contents atomically: if the disk is full, the old contents remain. */
async function replace(path: string, text: string): Promise<void> {
  const target = await realpath(path).catch(() => path); // keep a symbolic link
  const unfinished = `${target}.unfinished`;
  try {
    await writeFile(unfinished, text);
    await replaceFile(unfinished, target);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {});
    // The file may be writable although its folder is not.
    if (!['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await writeFile(target, text);
  }
}

/** The first part of Node's message, such as "EACCES: permission denied". */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split(/, \w+ '|\n/)[0];
}
