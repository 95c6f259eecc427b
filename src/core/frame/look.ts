/** What small pictures look like, in a few words: their texture and main colours. */
import { interestOf, labPlanes } from './interest.js';

/** A picture: RGBA8, sRGB, rows from the top. */
export interface SmallPicture {
  rgba: ArrayLike<number>;
  /** In pixels. */
  width: number;
  height: number;
}

/** The smallest share of the pixels at which a colour is mentioned. */
const LEAST_PART = 0.14;
const MOST_COLOURS = 3;

/**
 * The look of pictures in their order, such as "smooth shapes that turn into fine grain, in blue and green".
 * @param pictures - One or more.
 */
export function lookOf(pictures: readonly SmallPicture[]): string {
  const first = textureOf(pictures[0]);
  const last = textureOf(pictures[pictures.length - 1]);
  const turn = first === 'smooth shapes' ? 'turn' : 'turns';
  const texture = first === last ? first : `${first} that ${turn} into ${last},`;
  return `${texture} in ${listed(coloursOf(pictures))}`;
}

function textureOf({ rgba, width, height }: SmallPicture): string {
  const { detail, contrast, noise } = interestOf(rgba, width, height);
  if (detail < 0.02 && contrast < 0.05) return 'an even area';
  return detail < 0.25 ? 'a soft gradient' : noise > 0.5 ? 'fine grain' : 'smooth shapes';
}

/** "a", "a and b", "a, b and c". */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** The names of the most common colours, the most common first. */
function coloursOf(pictures: readonly SmallPicture[]): string[] {
  const counts = new Map<string, number>();
  let all = 0;
  for (const { rgba, width, height } of pictures) {
    const [L, a, b] = labPlanes(rgba, width * height);
    all += L.length;
    L.forEach((lightness, i) => {
      const name = colourName(lightness, a[i], b[i]);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    });
  }
  const names = [...counts].sort(([, one], [, other]) => other - one);
  const common = names.filter(([, count], i) => i === 0 || count >= LEAST_PART * all);
  return common.slice(0, MOST_COLOURS).map(([name]) => name);
}

/** Names of hues, each with the angle where it ends, in degrees of OKLCH. sRGB's red is at 29, yellow at 110, green at
 *  142, blue at 264. */
const HUES: readonly [end: number, name: string][] = [
  [10, 'pink'],
  [45, 'red'],
  [85, 'orange'],
  [120, 'yellow'],
  [160, 'green'],
  [215, 'turquoise'],
  [285, 'blue'],
  [320, 'purple'],
  [360, 'pink'],
];

/** The everyday name of a colour in OKLab. */
export function colourName(lightness: number, a: number, b: number): string {
  const greys: readonly [number, string][] = [
    [0.25, 'black'],
    [0.85, 'grey'],
    [Number.POSITIVE_INFINITY, 'white'],
  ];
  if (Math.hypot(a, b) < 0.045 || lightness < 0.15) return greys.find(([end]) => lightness < end)![1];
  const degrees = ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360;
  const [, hue] = HUES.find(([end]) => degrees < end)!;
  if (hue === 'red' && lightness > 0.72) return 'pink';
  if (hue === 'orange' && lightness < 0.55) return 'brown';
  if (hue === 'yellow' && lightness < 0.6) return 'green'; // olive
  if (hue === 'pink' && lightness < 0.4) return 'purple';
  return hue;
}
