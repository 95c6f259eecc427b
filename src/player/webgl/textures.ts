/** The textures that shaders read and draw into. */

export interface Target {
  texture: WebGLTexture;
  framebuffer: WebGLFramebuffer;
  width: number;
  height: number;
}

/** Makes a texture that is read texel by texel. */
function makeTexture(gl: WebGL2RenderingContext, kind: GLenum): WebGLTexture {
  const texture = gl.createTexture();
  gl.bindTexture(kind, texture);
  for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
    gl.texParameteri(kind, filter, gl.NEAREST);
  for (const wrap of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(kind, wrap, gl.CLAMP_TO_EDGE);
  return texture;
}

/** A texture of float32 numbers, which grows as needed. */
export class NumberTexture {
  readonly #gl: WebGL2RenderingContext;
  readonly #texture: WebGLTexture;
  #size = [0, 0];

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
    this.#texture = makeTexture(gl, gl.TEXTURE_2D);
  }

  bind(unit: number): void {
    this.#gl.activeTexture(this.#gl.TEXTURE0 + unit);
    this.#gl.bindTexture(this.#gl.TEXTURE_2D, this.#texture);
  }

  /** @param numbers - Four for each texel. @param width - In texels. */
  write(numbers: Float32Array, width: number): void {
    const gl = this.#gl;
    const rows = Math.max(1, Math.ceil(numbers.length / (4 * width)));
    this.bind(0);
    if (this.#size[0] !== width || this.#size[1] < rows) {
      this.#size = [width, rows];
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, width, rows, 0, gl.RGBA, gl.FLOAT, null);
    }
    const whole = Math.floor(numbers.length / (4 * width));
    if (whole > 0) gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, whole, gl.RGBA, gl.FLOAT, numbers);
    const rest = numbers.subarray(4 * width * whole);
    if (rest.length > 0) {
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, whole, rest.length / 4, 1, gl.RGBA, gl.FLOAT, rest);
    }
  }

  close(): void {
    this.#gl.deleteTexture(this.#texture);
  }
}

/** Uniform blocks of float32 numbers, one after another in a buffer. */
export class NumberBlocks {
  readonly #gl: WebGL2RenderingContext;
  readonly #buffer: WebGLBuffer;
  /** Of a block. */
  readonly #bytes: number;

  constructor(gl: WebGL2RenderingContext, bytes: number) {
    this.#gl = gl;
    this.#bytes = bytes;
    this.#buffer = gl.createBuffer();
  }

  bind(parts: number): void {
    for (let part = 0; part < parts; part++) {
      this.#gl.bindBufferRange(this.#gl.UNIFORM_BUFFER, part, this.#buffer, part * this.#bytes, this.#bytes);
    }
  }

  /** @param length - How many numbers of a block are used. */
  write(numbers: Float32Array, length: number, parts: number): void {
    const gl = this.#gl;
    gl.bindBuffer(gl.UNIFORM_BUFFER, this.#buffer);
    gl.bufferData(gl.UNIFORM_BUFFER, parts * this.#bytes, gl.DYNAMIC_DRAW);
    for (let part = 0; part < parts; part++) {
      const own = numbers.subarray(part * length, (part + 1) * length);
      if (own.length > 0) gl.bufferSubData(gl.UNIFORM_BUFFER, part * this.#bytes, own);
    }
  }

  close(): void {
    this.#gl.deleteBuffer(this.#buffer);
  }
}

/** Planes of inputs, a number for each sample. */
export class PlanesTexture {
  readonly #gl: WebGL2RenderingContext;
  readonly #texture: WebGLTexture;

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
    this.#texture = makeTexture(gl, gl.TEXTURE_2D_ARRAY);
  }

  bind(unit: number): void {
    this.#gl.activeTexture(this.#gl.TEXTURE0 + unit);
    this.#gl.bindTexture(this.#gl.TEXTURE_2D_ARRAY, this.#texture);
  }

  /** @param planes - (planes, rows, columns). */
  write(planes: Float32Array, columns: number, rows: number): void {
    const gl = this.#gl;
    this.bind(0);
    const count = planes.length / (columns * rows);
    gl.texImage3D(gl.TEXTURE_2D_ARRAY, 0, gl.R32F, columns, rows, count, 0, gl.RED, gl.FLOAT, planes);
  }

  close(): void {
    this.#gl.deleteTexture(this.#texture);
  }
}

/** A texture of RGBA8 to draw into, at least this large. */
export function makeTarget(gl: WebGL2RenderingContext, width: number, height: number): Target {
  gl.activeTexture(gl.TEXTURE0);
  const texture = makeTexture(gl, gl.TEXTURE_2D);
  gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, width, height);
  const framebuffer = gl.createFramebuffer();
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  return { texture, framebuffer, width, height };
}

export function deleteTarget(gl: WebGL2RenderingContext, { texture, framebuffer }: Target): void {
  gl.deleteFramebuffer(framebuffer);
  gl.deleteTexture(texture);
}
