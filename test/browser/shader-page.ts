/** A page that computes with a fragment shader in WebGL2: bits in, bits out. */
import { findBrowser } from '../../src/browser/find-browser.js';
import { launchBrowser } from '../../src/browser/launch.js';

export interface ShaderPage {
  /**
   * Computes `uvec4 result(uvec4 given, int row)` for each list of four numbers.
   * @param code - GLSL that defines `result`.
   * @param given - Four numbers of 32 bits for each column, 4096 columns at most.
   * @returns Four numbers of 32 bits for each column, row by row.
   */
  compute(code: string, given: Uint32Array, rows: number): Promise<Uint32Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** The flags with which a headless browser has WebGL without a GPU. */
export const SOFTWARE_WEBGL = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

export async function openShaderPage(): Promise<ShaderPage> {
  const browser = await launchBrowser(await findBrowser(), undefined, SOFTWARE_WEBGL);
  const page = await browser.newPage();
  return {
    async compute(code, given, rows) {
      const result = await page.evaluate(computeInPage, { code, given: Array.from(given), rows });
      return Uint32Array.from(result);
    },
    close: () => browser.close(),
  };
}

function computeInPage({ code, given, rows }: { code: string; given: number[]; rows: number }): number[] {
  // Starting a context takes longer than computing.
  const kept = globalThis as { gl?: WebGL2RenderingContext };
  kept.gl ??= document.createElement('canvas').getContext('webgl2')!;
  const { gl } = kept;
  const compile = (type: number, text: string) => {
    const shader = gl.createShader(type)!;
    gl.shaderSource(shader, `#version 300 es\nprecision highp float;\nprecision highp int;\n${text}`);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS))
      throw new Error(`${gl.getShaderInfoLog(shader)}\n${text}`);
    gl.attachShader(program, shader);
    gl.deleteShader(shader); // once the program is deleted
  };
  const program = gl.createProgram();
  compile(
    gl.VERTEX_SHADER,
    'void main() { gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0, 0.0, 1.0); }',
  );
  compile(
    gl.FRAGMENT_SHADER,
    `precision highp usampler2D;
uniform usampler2D given;
out uvec4 found;
${code}
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  found = result(texelFetch(given, ivec2(at.x, 0), 0), at.y);
}`,
  );
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(`${gl.getProgramInfoLog(program)}`);
  gl.useProgram(program);
  const columns = given.length / 4;
  const texture = (data: Uint32Array | null, height: number) => {
    const made = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, made);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32UI, columns, height, 0, gl.RGBA_INTEGER, gl.UNSIGNED_INT, data);
    return made;
  };
  const into = texture(null, rows);
  const from = texture(Uint32Array.from(given), 1);
  const framebuffer = gl.createFramebuffer();
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, into, 0);
  gl.viewport(0, 0, columns, rows);
  gl.drawArrays(gl.TRIANGLES, 0, 3);
  const pixels = new Uint32Array(4 * columns * rows);
  gl.readPixels(0, 0, columns, rows, gl.RGBA_INTEGER, gl.UNSIGNED_INT, pixels);
  if (gl.getError() !== gl.NO_ERROR) throw new Error('WebGL reports an error.');
  for (const made of [into, from]) gl.deleteTexture(made);
  gl.deleteFramebuffer(framebuffer);
  gl.deleteProgram(program);
  return Array.from(pixels);
}
