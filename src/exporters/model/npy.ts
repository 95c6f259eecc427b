/**
 * Writes arrays as an .npz: a ZIP archive of .npy files, not compressed, since random weights do not get smaller. The
 * formats: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", and Kern, "A Simple File Format for NumPy Arrays"
 * (NEP 1).
 */
import { bytesOf, float64Bytes, joined, little } from '../../files/bytes.js';
import { crc32 } from '../../files/crc.js';

/** An array of float64, row by row. */
export function npyOf(shape: readonly number[], values: ArrayLike<number>): Uint8Array {
  return npy('<f8', shape, float64Bytes(values));
}

/** A text, as an array without dimensions whose item is bytes in UTF-8. */
export function npyText(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  return npy(`|S${bytes.length}`, [], bytes);
}

function npy(type: string, shape: readonly number[], content: Uint8Array): Uint8Array {
  const sizes = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  const about = `{'descr': '${type}', 'fortran_order': False, 'shape': ${sizes}, }`;
  // The header ends in a line break, and the numbers start at a multiple of 64 bytes.
  const header = `${about.padEnd(64 * Math.ceil((about.length + 11) / 64) - 11)}\n`;
  return joined(
    bytesOf('\x93NUMPY'),
    Uint8Array.of(1, 0),
    little(header.length, 2),
    bytesOf(header),
    content,
  );
}

/** The 1st of January 1980, the earliest date that an archive can state: equal exports have equal bytes. */
const DATE = little(0x00210000, 4);

/** An archive of these files, by their names in ASCII. Together less than 4 GiB. */
export function zipOf(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let at = 0;
  for (const [name, content] of files) {
    const title = bytesOf(name);
    const size = little(content.length, 4);
    // The version needed is 1.0; there are no flags, and the method is to store.
    const common = [little(10, 2), little(0, 4), DATE, little(crc32(content), 4), size, size];
    const lengths = [little(title.length, 2), little(0, 2)];
    const local = joined(little(0x04034b50, 4), ...common, ...lengths, title);
    central.push(
      joined(
        little(0x02014b50, 4),
        little(20, 2),
        ...common,
        ...lengths,
        little(0, 10),
        little(at, 4),
        title,
      ),
    );
    parts.push(local, content);
    at += local.length + content.length;
  }
  const directory = central.reduce((sum, { length }) => sum + length, 0);
  const count = little(files.size, 2);
  const end = joined(
    little(0x06054b50, 4),
    little(0, 4),
    count,
    count,
    little(directory, 4),
    little(at, 4),
    little(0, 2),
  );
  return joined(...parts, ...central, end);
}
