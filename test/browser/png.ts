/** Reads and writes the tests' PNGs: 8-bit RGB, with each row filtered as the difference from the row above. */
import { crc32, deflateSync, inflateSync } from 'node:zlib';

export interface Rgb {
  width: number;
  height: number;
  /** 3 * width * height bytes, top row first. */
  rgb: Uint8Array;
}

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
const UP = 2;

export function encodePng({ width, height, rgb }: Rgb): Buffer {
  const stride = 3 * width;
  const rows = Buffer.alloc((stride + 1) * height);
  for (let y = 0; y < height; y++) {
    rows[y * (stride + 1)] = UP;
    for (let i = 0; i < stride; i++) {
      const above = y > 0 ? rgb[(y - 1) * stride + i] : 0;
      rows[y * (stride + 1) + 1 + i] = rgb[y * stride + i] - above;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8); // bits, RGB
  const data = deflateSync(rows, { level: 9 });
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Reads only what encodePng writes. */
export function decodePng(png: Buffer): Rgb {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const at = png.indexOf('IDAT');
  const rows = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
  const stride = 3 * width;
  const rgb = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    if (rows[y * (stride + 1)] !== UP) throw new Error('This PNG was not written by encodePng.');
    for (let i = 0; i < stride; i++) {
      rgb[y * stride + i] = rows[y * (stride + 1) + 1 + i] + (y > 0 ? rgb[(y - 1) * stride + i] : 0);
    }
  }
  return { width, height, rgb };
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}
