/** Names of files and folders that every system allows, so that a project or film can be moved to any of them. */

/** Names of devices on Windows, with any ending. Microsoft, "Naming Files, Paths, and Namespaces". */
const DEVICES = /^(con|prn|aux|nul|(com|lpt)[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$)(\.|$)/i;

/**
 * Why some system does not allow a name: words that can follow "is". Undefined if all allow it.
 * @param name - Of a file or a folder, without the folders above it.
 */
export function whyNotPortable(name: string): string | undefined {
  const [bad] = /[<>:"/\\|?*\p{Cc}]/u.exec(name) ?? [];
  if (bad !== undefined)
    return `not a valid name on every system, because it contains ${JSON.stringify(bad)}`;
  if (/[. ]$/.test(name)) return 'not a valid name on every system, because it ends with a dot or a space';
  if (DEVICES.test(name)) return 'the name of a device on Windows';
  return undefined;
}

/** Makes a name that every system allows, by adding an underscore to the name of a device. */
export const portable = (name: string): string => name.replace(DEVICES, '_$&');
