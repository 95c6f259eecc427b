/** Counts the bytes that go to and from a device, in WebGPU's own methods. */

interface Traffic {
  /** Bytes written to buffers. */
  up: number;
  /** Bytes copied to buffers that the CPU can read. */
  down: number;
}

/** Counts the bytes moved by this process while `work` runs. */
export async function trafficOf(work: () => Promise<unknown>): Promise<Traffic> {
  const traffic: Traffic = { up: 0, down: 0 };
  const { writeBuffer } = GPUQueue.prototype;
  const { copyBufferToBuffer } = GPUCommandEncoder.prototype;
  GPUQueue.prototype.writeBuffer = function (buffer, offset, data, from = 0, length) {
    // `from` and `length` are in elements of a typed array, or in bytes of other data.
    const element = 'BYTES_PER_ELEMENT' in data ? (data.BYTES_PER_ELEMENT as number) : 1;
    traffic.up += length === undefined ? data.byteLength - element * from : element * length;
    return writeBuffer.call(this, buffer, offset, data, from, length);
  };
  GPUCommandEncoder.prototype.copyBufferToBuffer = function (...copy: unknown[]) {
    const [, , to, , bytes] = copy as [GPUBuffer, number, GPUBuffer, number, number];
    if (to.usage & GPUBufferUsage.MAP_READ) traffic.down += bytes;
    return Reflect.apply(copyBufferToBuffer, this, copy);
  };
  try {
    await work();
  } finally {
    GPUQueue.prototype.writeBuffer = writeBuffer;
    GPUCommandEncoder.prototype.copyBufferToBuffer = copyBufferToBuffer;
  }
  return traffic;
}
