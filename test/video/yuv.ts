/** RGB to BT.709 by the standard, in floats: what src/core/frame/pixels.ts does in integers. */

/** RGBA with even sides as planes of Y, Cb and Cr in limited range; Cb and Cr from the mean of 2 x 2 pixels. */
export function yuv420p(rgba: Uint8Array, width: number, height: number): Uint8Array {
  const planes = new Uint8Array(1.5 * width * height);
  const luma = ([r, g, b]: number[]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
  const pixel = (x: number, y: number) => [...rgba.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)];
  const round = (value: number) => Math.floor(value + 0.5);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) planes[y * width + x] = round(16 + (219 / 255) * luma(pixel(x, y)));
  }
  const [cb, cr] = [width * height, 1.25 * width * height];
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      const four = [pixel(x, y), pixel(x + 1, y), pixel(x, y + 1), pixel(x + 1, y + 1)];
      const mean = [0, 1, 2].map((c) => four.reduce((sum, colour) => sum + colour[c], 0) / 4);
      const at = ((y / 2) * width) / 2 + x / 2;
      planes[cb + at] = round(128 + ((224 / 255) * (mean[2] - luma(mean))) / (2 * (1 - 0.0722)));
      planes[cr + at] = round(128 + ((224 / 255) * (mean[0] - luma(mean))) / (2 * (1 - 0.2126)));
    }
  }
  return planes;
}
