/** The PyTorch code that draws a network's picture: its colours, its pixels and a PNG. */
import { BAYER } from '../../core/frame/colour.js';
import { type Colouring, OK_SPAN } from '../../core/frame/colouring.js';
import type { FrameDescription } from '../../core/frame/description.js';
import { rotationOf } from '../../core/frame/inputs.js';
import { GAMUT_STEPS, TO_CONES, TO_LIGHT } from '../../core/frame/oklab.js';
import { unitGrid } from '../../core/frame/shown.js';
import { float32Bytes } from '../../files/bytes.js';
import { decoded, python } from './python.js';

/** The constants that describe the picture. @param units - Of the layer that is shown. */
export function viewLines(
  { view, size, slice, supersample }: FrameDescription,
  isGrid: boolean,
  units: number,
): string {
  const { cos, sin } = rotationOf(view.rotation);
  const lines = [
    `SIZE = ${python(size)}`,
    `CENTRE = ${python(view.centre)}`,
    `HALF_WIDTH = ${view.halfWidth}  # from the centre to the nearer edges`,
    ...(view.rotation === 0 ? [] : [`COS, SIN = ${cos}, ${sin}  # of the picture's rotation`]),
    ...(slice.length === 0 ? [] : [`SLICE = ${python(slice)}`]),
    ...(supersample === 1 ? [] : [`SAMPLES = ${supersample}  # per pixel and side`]),
  ];
  if (isGrid) {
    const { cell, place } = unitGrid(size, units);
    const places = Array.from({ length: units }, (_, i) => place(i));
    lines.push(`CELL = ${python(cell)}  # the size of each unit's picture`, `PLACES = ${python(places)}`);
  }
  return lines.join('\n');
}

/**
 * The function from brightness to red, green and blue.
 * @param isPart - Whether there is only one column, which is shown.
 */
export function colourLines(colouring: Colouring, isPart: boolean): string {
  if (colouring === 'rgb') {
    return `def colours(brightness):
    """Red, green and blue: the outputs, or grey."""
    return brightness.expand(-1, 3)`;
  }
  if (typeof colouring === 'object') {
    const { table, output } = colouring;
    return `PALETTE = ${decoded(float32Bytes(table), 'float32')}.reshape(-1, 3)


def colours(brightness):
    """Red, green and blue: the palette's colour of an output."""
    palette = PALETTE.to(brightness)
    position = brightness[:, ${isPart ? 0 : output}] * (len(palette) - 1)
    first = position.floor().clamp(max=len(palette) - 2)
    share = (position - first)[:, None]
    return torch.lerp(palette[first.long()], palette[first.long() + 1], share)`;
  }
  const { lightness, around, chroma } = OK_SPAN;
  const columns = [0, 1, 2].map((i) => TO_LIGHT.map((row) => row[i]));
  const span = ([from, to]: readonly [number, number]) => `${from} + ${Number((to - from).toPrecision(12))}`;
  const plane =
    colouring === 'oklab'
      ? `    a, b = ${around} * (2 * v - 1), ${around} * (2 * w - 1)`
      : `    c, hue = ${span(chroma)} * v, 2 * math.pi * w
    a, b = c * torch.cos(hue), c * torch.sin(hue)`;
  return `def colours(brightness):
    """Red, green and blue of three outputs in the colour space OKLab; outside sRGB, colours lose chroma."""
    u, v, w = brightness.split(1, dim=1)
    L = ${span(lightness)} * u
${plane}
    like = dict(dtype=brightness.dtype, device=brightness.device)
    to_cones = torch.tensor(${python([TO_CONES.a, TO_CONES.b])}, **like)
    to_light = torch.tensor(${python(columns)}, **like)
    cones = torch.cat([a, b], dim=1) @ to_cones
    light_of = lambda chroma: (L + chroma * cones) ** 3 @ to_light
    is_inside = lambda chroma: ((light_of(chroma) - 0.5).abs() <= 0.5).all(dim=1, keepdim=True)
    chroma = torch.zeros_like(L)
    for step in range(1, ${GAMUT_STEPS + 1}):
        more = chroma + 0.5**step
        chroma = torch.where(is_inside(more), more, chroma)
    ones = torch.ones_like(L)
    light = light_of(torch.where(is_inside(ones), ones, chroma)).clamp(0, 1)
    return torch.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)`;
}

/** The main program. @param isGrid - Whether it draws a picture of each unit. */
export function mainLines({ view, slice, supersample, dither }: FrameDescription, isGrid: boolean): string {
  const isTurned = view.rotation !== 0;
  const pixels = isTurned
    ? `    x, y = COS * x + SIN * y, COS * y - SIN * x
    points = torch.stack([CENTRE[0] + x, CENTRE[1] + y], dim=-1).reshape(-1, 2)`
    : '    points = torch.stack([CENTRE[0] + x, CENTRE[1] + y], dim=-1).reshape(-1, 2)';
  const sliced =
    slice.length > 0
      ? `
    slice = torch.tensor(SLICE, dtype=points.dtype).expand(len(points), -1)
    points = torch.cat([points, slice], dim=1)`
      : '';
  const samples = supersample > 1 ? ' * SAMPLES' : '';
  const averaged =
    supersample > 1
      ? `
    light = torch.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)  # average light, not sRGB
    light = light.reshape(height, SAMPLES, width, SAMPLES, 3).mean(dim=(1, 3))
    rgb = torch.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)`
      : '';
  const threshold = dither ? 'threshold' : '0.5';
  const ranks = Array.from({ length: 8 }, (_, row) => Array.from(BAYER.subarray(8 * row, 8 * row + 8)));
  const dithered = dither
    ? `
    bayer = torch.tensor(${python(ranks)}, dtype=torch.float64)
    threshold = bayer[torch.arange(height)[:, None] % 8, torch.arange(width)[None, :] % 8][:, :, None]`
    : '';
  const drawing = isGrid
    ? `def picture(shown, width, height):
    """The bytes of one unit's picture, (height, width, 3), from its brightness."""
    rgb = colours(shown).reshape(height${samples}, width${samples}, 3)${averaged}${dithered}
    return (255 * rgb.clamp(0, 1) + ${threshold}).floor().to(torch.uint8)


def draw(width, height):
    """The bytes of the picture, (height, width, 3): one picture per unit."""
    every = brightness_at(*CELL)
    whole = torch.zeros(height, width, 3, dtype=torch.uint8)
    for unit, (left, top) in enumerate(PLACES):
        cell = picture(every[:, unit : unit + 1], *CELL)
        whole[top : top + CELL[1], left : left + CELL[0]] = cell
    return whole`
    : `def draw(width, height):
    """The bytes of the picture, (height, width, 3)."""
    rgb = colours(brightness_at(width, height)).reshape(height${samples}, width${samples}, 3)${averaged}${dithered}
    return (255 * rgb.clamp(0, 1) + ${threshold}).floor().to(torch.uint8)`;
  return `def brightness_at(width, height):
    """The brightness at the view's pixels, row by row from the top."""
${supersample > 1 ? '    width, height = width * SAMPLES, height * SAMPLES\n' : ''}    pixel = 2 * HALF_WIDTH / min(width, height)
    across = pixel * (torch.arange(width, dtype=torch.float64) + 0.5 - width / 2)
    up = pixel * (height / 2 - 0.5 - torch.arange(height, dtype=torch.float64))
    y, x = torch.meshgrid(up, across, indexing="ij")
${pixels}${sliced}
    network = Network()
    with torch.no_grad():
        return torch.cat([network(part) for part in points.split(2**16)])


${drawing}


def save(path, pixels):
    """Writes (height, width, 3) bytes as a PNG."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\\0" + bytes(row.flatten().tolist()) for row in pixels)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    path.write_bytes(b"\\x89PNG\\r\\n\\x1a\\n" + chunks)


def main():
${
  isGrid
    ? '    size = SIZE'
    : `    size = [int(word) for word in sys.argv[1:3]] or SIZE  # or the arguments WIDTH HEIGHT`
}
    path = Path(__file__).with_suffix(".png")
    save(path, draw(*size))
    print(f"Drew {path}.")`;
}
