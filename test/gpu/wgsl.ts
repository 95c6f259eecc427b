/** Reads WGSL without a compiler: the members of a struct, the bindings and the memory of a kernel. */

interface Member {
  name: string;
  type: string;
  /** Byte offset in its struct, by WGSL's alignment rules (https://www.w3.org/TR/WGSL/#alignment-and-size). */
  offset: number;
}

/** The sizes and alignments of the WGSL types that our structs and buffers use, in bytes. */
const sizes: Record<string, number> = { u32: 4, i32: 4, f32: 4, vec2f: 8, vec4f: 16 };

/** The members of the struct `name`, and its array stride in bytes. */
export function structIn(code: string, name: string): { members: Member[]; bytes: number } {
  const [, body] = code.match(new RegExp(`struct ${name} \\{([^}]*)\\}`))!;
  const members: Member[] = [];
  let end = 0;
  let alignment = 1;
  for (const [, member, type] of body.matchAll(/(\w+): (\w+),/g)) {
    const size = sizes[type]; // the alignment equals the size
    const offset = Math.ceil(end / size) * size;
    members.push({ name: member, type, offset });
    end = offset + size;
    alignment = Math.max(alignment, size);
  }
  return { members, bytes: Math.ceil(end / alignment) * alignment };
}

/** Reads a struct's members as a shader would. */
export function readStruct(view: DataView, at: number, members: Member[]): Record<string, number> {
  return Object.fromEntries(
    members.map(({ name, type, offset }) => [
      name,
      type === 'u32' ? view.getUint32(at + offset, true) : view.getFloat32(at + offset, true),
    ]),
  );
}

/** The address spaces of group 0's buffers, by binding. */
export function bindingsIn(code: string): string[] {
  const spaces: string[] = [];
  for (const [, binding, space] of code.matchAll(/@group\(0\) @binding\((\d+)\) var<([^>]+)>/g))
    spaces[Number(binding)] = space;
  return spaces;
}

/** Bytes of workgroup memory. */
export function workgroupBytes(code: string): number {
  let bytes = 0;
  for (const [, type, count] of code.matchAll(/var<workgroup> \w+: array<(\w+), (\d+)>/g))
    bytes += sizes[type] * Number(count);
  return bytes;
}

/** Invocations of a workgroup. */
export const workgroupSize = (code: string): number => Number(code.match(/@workgroup_size\((\d+)\)/)![1]);
