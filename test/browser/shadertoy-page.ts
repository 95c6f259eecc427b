/**
 * A page that plays shaders as shadertoy.com does, in WebGL2: its uniforms, its entry point and its buffers of float32.
 * It draws plain fragment shaders too.
 */
import { findBrowser } from '../../src/browser/find-browser.js';
import { launchBrowser } from '../../src/browser/launch.js';
import type { ExportedFile } from '../../src/exporters/exporter.js';
import { SOFTWARE_WEBGL } from './shader-page.js';

/** A moment of a shader. */
export interface Moment {
  size: [number, number];
  /** In seconds. */
  time: number;
  mouse?: [number, number, number, number];
}

export interface DrawnShader {
  /** One picture for each moment: RGBA8, top row first. */
  pictures: Uint8Array[];
  /** How long all programs took to compile and link, and to draw a pixel, in milliseconds. */
  compiled: number;
}

export interface ShadertoyPage {
  /** Draws what an exporter wrote. @throws The driver's message, if it does not compile. */
  draw(files: ExportedFile[], moments: Moment[]): Promise<DrawnShader>;
  close(): Promise<void>;
}

export async function openShadertoyPage(): Promise<ShadertoyPage> {
  const browser = await launchBrowser(await findBrowser(), undefined, SOFTWARE_WEBGL);
  const page = await browser.newPage();
  return {
    async draw(files, moments) {
      const isPlain = files[0].ending === '.frag';
      const programs = files.map(({ content }) => (isPlain ? String(content) : `${HEADER}${content}${MAIN}`));
      const { pictures, compiled } = await page.evaluate(drawInPage, { programs, moments });
      return { pictures: pictures.map((rgba) => Uint8Array.from(rgba)), compiled };
    },
    close: () => browser.close(),
  };
}

/** What shadertoy.com writes around a pass. */
const HEADER = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
uniform vec3 iResolution;
uniform float iTime;
uniform vec4 iMouse;
uniform sampler2D iChannel0;
uniform sampler2D iChannel1;
uniform sampler2D iChannel2;
uniform sampler2D iChannel3;
out vec4 shadertoyColour;
`;
const MAIN = `
void main() {
  vec4 colour = vec4(0.0, 0.0, 0.0, 1.0);
  mainImage(colour, gl_FragCoord.xy);
  shadertoyColour = colour;
}
`;

interface Job {
  /** The first is the picture; the others are buffers A to D. */
  programs: string[];
  moments: Moment[];
}

function drawInPage({ programs, moments }: Job): { pictures: number[][]; compiled: number } {
  // Starting a context takes longer than drawing.
  const kept = globalThis as { gl?: WebGL2RenderingContext };
  kept.gl ??= document.createElement('canvas').getContext('webgl2', { antialias: false })!;
  const { gl } = kept;
  if (!gl.getExtension('EXT_color_buffer_float')) throw new Error('There are no buffers of float32.');
  const compile = (fragment: string): WebGLProgram => {
    const program = gl.createProgram();
    const stages: [number, string][] = [
      [
        gl.VERTEX_SHADER,
        '#version 300 es\nvoid main() { gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0, 0.0, 1.0); }',
      ],
      [gl.FRAGMENT_SHADER, fragment],
    ];
    for (const [type, text] of stages) {
      const shader = gl.createShader(type)!;
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) {
        throw new Error(`${gl.getShaderInfoLog(shader)}`);
      }
      gl.attachShader(program, shader);
      gl.deleteShader(shader); // once the program is deleted
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(`${gl.getProgramInfoLog(program)}`);
    return program;
  };
  const start = performance.now();
  const compiled = programs.map(compile);
  const textures: WebGLTexture[] = [];
  const framebuffers: WebGLFramebuffer[] = [];
  const target = (format: number, [width, height]: [number, number]): WebGLFramebuffer => {
    const texture = gl.createTexture();
    textures.push(texture);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texStorage2D(gl.TEXTURE_2D, 1, format, width, height);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    const framebuffer = gl.createFramebuffer();
    framebuffers.push(framebuffer);
    gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    return framebuffer;
  };
  const run = (
    program: WebGLProgram,
    into: WebGLFramebuffer,
    size: [number, number],
    { time, mouse }: Moment,
  ) => {
    gl.useProgram(program);
    const at = (name: string) => gl.getUniformLocation(program, name);
    gl.uniform3f(at('iResolution'), size[0], size[1], 1);
    gl.uniform2f(at('resolution'), size[0], size[1]);
    for (const name of ['iTime', 'time']) gl.uniform1f(at(name), time);
    for (const name of ['iMouse', 'mouse']) gl.uniform4fv(at(name), mouse ?? [0, 0, 0, 0]);
    for (let i = 0; i < 4; i++) gl.uniform1i(at(`iChannel${i}`), i);
    gl.bindFramebuffer(gl.FRAMEBUFFER, into);
    gl.viewport(0, 0, size[0], size[1]);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  };
  // Buffers have the size of the canvas, which is never as small as the pictures of tests.
  const canvas: [number, number] = [320, 180];
  const [image, ...buffers] = compiled;
  const written = buffers.map((program) => {
    const into = target(gl.RGBA32F, canvas);
    run(program, into, canvas, { size: canvas, time: 0 });
    return textures.at(-1)!;
  });
  for (const [i, texture] of written.entries()) {
    gl.activeTexture(gl.TEXTURE0 + i);
    gl.bindTexture(gl.TEXTURE_2D, texture);
  }
  gl.activeTexture(gl.TEXTURE7);
  const pixel = target(gl.RGBA8, [1, 1]);
  const read = (width: number, height: number) => {
    const pixels = new Uint8Array(4 * width * height);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    return pixels;
  };
  run(image, pixel, [1, 1], moments[0] ?? { size: canvas, time: 0 });
  read(1, 1);
  const took = performance.now() - start;
  const pictures = moments.map((moment) => {
    const [width, height] = moment.size;
    run(image, target(gl.RGBA8, moment.size), moment.size, moment);
    const rows = read(width, height);
    const flipped: number[] = [];
    for (let row = height - 1; row >= 0; row--)
      flipped.push(...rows.subarray(4 * width * row, 4 * width * (row + 1)));
    return flipped;
  });
  const error = gl.getError();
  for (const texture of textures) gl.deleteTexture(texture);
  for (const framebuffer of framebuffers) gl.deleteFramebuffer(framebuffer);
  for (const program of compiled) gl.deleteProgram(program);
  if (error !== gl.NO_ERROR) throw new Error(`WebGL reports the error ${error}.`);
  return { pictures, compiled: took };
}
