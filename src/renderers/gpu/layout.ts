/** Records shared by CPU and GPU: one table generates the WGSL struct and the byte layout. */

type Scalar = 'u32' | 'f32';

/** A record of 4-byte numbers, in table order. */
export interface Struct<Fields extends Record<string, Scalar>> {
  /** Its declaration in WGSL. */
  wgsl: string;
  /** Its size in bytes. */
  bytes: number;
  /** Writes a record at byte `at` of `view`. Omitted fields are 0. */
  write(view: DataView, at: number, values: Partial<Record<keyof Fields, number>>): void;
}

export function struct<Fields extends Record<string, Scalar>>(name: string, fields: Fields): Struct<Fields> {
  const entries = Object.entries(fields);
  const members = entries.map(([field, type]) => `  ${field}: ${type},`);
  return {
    wgsl: `struct ${name} {\n${members.join('\n')}\n}`,
    bytes: 4 * entries.length,
    write(view, at, values) {
      for (const [i, [field, type]] of entries.entries()) {
        const value = values[field] ?? 0;
        if (type === 'u32') view.setUint32(at + 4 * i, value, true);
        else view.setFloat32(at + 4 * i, value, true);
      }
    },
  };
}
