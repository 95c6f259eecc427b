/** A shader for shadertoy.com: its Image pass, and its buffers beside it. */
import type { ExportedFile, Writer } from './exporter.js';
import { commented, titleIn } from './shader/comments.js';
import { programOf } from './shader/program.js';
import { BUFFERS, PER_ARRAY, ROW, rowChoice, rowsOfBits } from './shader/weights.js';

const NAMES = { resolution: 'iResolution.xy', time: 'iTime', mouse: 'iMouse' };

export const shadertoy: Writer = {
  async write(exported, tools) {
    const { about, arrays, code } = await programOf(exported, tools);
    const letters = BUFFERS.slice(0, arrays.length);
    const inputs = letters.map((letter, i) => `  Buffer ${letter} as iChannel${i}, filter nearest`);
    const steps =
      arrays.length === 0
        ? ['Paste it into the Image tab. It needs no inputs. Drag to move the plane.']
        : [
            `Paste it into the Image tab, and ${letters.map((letter) => `*.${endingOf(letter)}.glsl into Buffer ${letter}`).join(', ')}.`,
            'Inputs of Image:',
            ...inputs,
            'The buffers need no inputs. Drag to move the plane.',
          ];
    const image = `${[commented(['Shadertoy: the Image tab.', ...steps]), about, code(NAMES, true)].join('\n\n')}

void mainImage(out vec4 fragColor, in vec2 fragCoord) {
  fragColor = pixelAt(fragCoord);
}
`;
    const buffers = arrays.map(
      (array, i): ExportedFile => ({
        ending: `.${endingOf(letters[i])}.glsl`,
        content: bufferCode(exported.sweep.title, about, letters[i], i, array),
      }),
    );
    return [{ ending: '.glsl', content: image }, ...buffers];
  },
};

const endingOf = (letter: string) => `buffer-${letter.toLowerCase()}`;

/** A buffer, which writes its numbers into the first texels: four each, in rows. @param about - Its comments. */
function bufferCode(title: string, about: string, letter: string, number: number, bits: Uint32Array): string {
  const first = number * PER_ARRAY;
  return `${commented([
    `Shadertoy: Buffer ${letter} of "${titleIn(title)}". It needs no inputs; Image reads it as iChannel${number}.`,
    `Weights ${first + 1} to ${first + bits.length}, as the bits of float32.`,
  ])}

${about}

${rowsOfBits(bits, ROW)}

${rowChoice(bits, ROW)}

void mainImage(out vec4 fragColor, in vec2 fragCoord) {
  ivec2 texel = ivec2(fragCoord);
  fragColor = vec4(0.0);
  if (texel.x >= ${ROW} || texel.x + ${ROW} * texel.y >= ${bits.length / 4}) return;
  fragColor = storedAt(texel.y, texel.x);
}
`;
}
