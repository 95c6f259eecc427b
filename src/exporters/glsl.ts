/** A fragment shader for WebGL2, in one file. */
import type { Writer } from './exporter.js';
import { commented } from './shader/comments.js';
import { programOf } from './shader/program.js';

const NAMES = { resolution: 'resolution', time: 'time', mouse: 'mouse' };

export const glsl: Writer = {
  async write(exported, tools) {
    const { about, code } = await programOf(exported, tools);
    const content = `#version 300 es
${commented(['A fragment shader for WebGL2, with its weights. Draw it over the whole canvas.'])}

${about}

precision highp float;
precision highp int;

uniform vec2 resolution; // of the canvas, in pixels
uniform float time; // in seconds
uniform vec4 mouse; // in pixels from the bottom left: xy where it is, zw where it was pressed; or zeros

out vec4 fragColour;

${code(NAMES, false)}

void main() {
  fragColour = pixelAt(gl_FragCoord.xy);
}
`;
    return [{ ending: '.frag', content }];
  },
};
