/**
 * A network's inputs in GPU memory, if they are not linear in a sample's position: planes of float32, computed in
 * float64 by core/frame/inputs.ts. A plane that depends on one coordinate has one value per column or row.
 */
import { type InputSettings, type InputWriter, inputWriter } from '../../core/frame/inputs.js';

/** Rows of samples whose inputs are uploaded. */
export interface InputRows {
  firstRow: number;
  rows: number;
}

/** Words per plane in the header: where it starts, and the strides of columns and rows. */
const HEADER_WORDS = 4;
/** The samples computed at a time, so that memory is bounded. */
const SLICE = 2 ** 20;

/** How many values a plane has, and how far apart they are. */
function extentOf(axes: InputWriter['varies'][number], columns: number, rows: number) {
  if (axes === 'column') return { length: columns, column: 1, row: 0 };
  if (axes === 'row') return { length: rows, column: 0, row: 1 };
  return { length: columns * rows, column: 1, row: columns };
}

/** The size in bytes of the inputs for rows of samples. */
export function inputBytes(varies: InputWriter['varies'], columns: number, rows: number): number {
  return varies.reduce((bytes, axes) => bytes + 4 * (HEADER_WORDS + extentOf(axes, columns, rows).length), 0);
}

/** Computes the inputs of rows of samples, piece by piece. @param write - Receives a piece and its place in bytes. */
export function writeInputs(
  settings: InputSettings,
  { firstRow, rows }: InputRows,
  write: (at: number, numbers: Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>) => void,
): void {
  const writer = inputWriter(settings);
  const columns = settings.size[0] * settings.supersample;
  const header = new Uint32Array(HEADER_WORDS * writer.planes);
  let at = header.length;
  for (const [plane, axes] of writer.varies.entries()) {
    const { length, column, row } = extentOf(axes, columns, rows);
    header.set([at, column, row], HEADER_WORDS * plane);
    if (axes === 'column') {
      const numbers = new Float32Array(columns);
      writer.write(plane, firstRow, 1, numbers);
      write(4 * at, numbers);
    } else if (axes === 'row') {
      const [numbers, line] = [new Float32Array(rows), new Float32Array(columns)];
      for (let i = 0; i < rows; i++) {
        writer.write(plane, firstRow + i, 1, line);
        numbers[i] = line[0];
      }
      write(4 * at, numbers);
    } else {
      const most = Math.max(1, Math.floor(SLICE / columns));
      for (let begun = 0; begun < rows; begun += most) {
        const count = Math.min(most, rows - begun);
        const numbers = new Float32Array(count * columns);
        writer.write(plane, firstRow + begun, count, numbers);
        write(4 * (at + begun * columns), numbers);
      }
    }
    at += length;
  }
  write(0, header);
}
