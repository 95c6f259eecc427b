/** Compiled shaders, the most recently used of which are kept. */
import { RenderError } from '../../core/errors.js';
import { fragmentShader, PRESENTING_SHADER, VERTEX_SHADER } from './shader.js';
import { type Blocks, keyOf, type Shape } from './shape.js';

export interface Program {
  program: WebGLProgram;
  uniform(name: string): WebGLUniformLocation | null;
}

/** The number of programs kept: a sweep may change its activations in every few frames. */
const MOST_KEPT = 24;

export class Programs {
  readonly #gl: WebGL2RenderingContext;
  readonly #blocks: Blocks;
  /** Waits for a moment, and rejects if the context is lost. */
  readonly #wait: () => Promise<void>;
  readonly #parallel: { COMPLETION_STATUS_KHR: number } | null;
  readonly #kept = new Map<string, Program>(); // least recently used first

  constructor(gl: WebGL2RenderingContext, blocks: Blocks, wait: () => Promise<void>) {
    this.#blocks = blocks;
    this.#gl = gl;
    this.#wait = wait;
    this.#parallel = gl.getExtension('KHR_parallel_shader_compile');
  }

  /** @throws RenderError if the driver rejects the shader. */
  drawing(shape: Shape): Promise<Program> {
    return this.#get(keyOf(shape), shape.parts, () => fragmentShader(shape, this.#blocks));
  }

  presenting(): Promise<Program> {
    return this.#get('present', 0, () => PRESENTING_SHADER);
  }

  close(): void {
    for (const { program } of this.#kept.values()) this.#gl.deleteProgram(program);
    this.#kept.clear();
  }

  async #get(key: string, parts: number, fragment: () => string): Promise<Program> {
    const made = this.#kept.get(key) ?? (await this.#make(fragment(), parts));
    this.#kept.delete(key);
    this.#kept.set(key, made);
    if (this.#kept.size > MOST_KEPT) {
      const [oldest, { program }] = this.#kept.entries().next().value!;
      this.#gl.deleteProgram(program);
      this.#kept.delete(oldest);
    }
    return made;
  }

  async #make(fragment: string, parts: number): Promise<Program> {
    const gl = this.#gl;
    const program = gl.createProgram();
    const shaders = [
      [gl.VERTEX_SHADER, VERTEX_SHADER],
      [gl.FRAGMENT_SHADER, fragment],
    ].map(([type, source]) => {
      const shader = gl.createShader(type as number);
      if (!shader) throw new RenderError('WebGL2 cannot make a shader.');
      gl.shaderSource(shader, source as string);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
      return shader;
    });
    gl.linkProgram(program);
    try {
      // Compiling may take seconds, during which the page would not respond.
      while (this.#parallel && !gl.getProgramParameter(program, this.#parallel.COMPLETION_STATUS_KHR)) {
        await this.#wait();
      }
      if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
        const said = [...shaders.map((shader) => gl.getShaderInfoLog(shader)), gl.getProgramInfoLog(program)];
        const reason = said.find(Boolean)?.trim().split('\n')[0] ?? 'no reason is given';
        throw new RenderError(`WebGL2 rejects the shader of this network: ${reason}.`);
      }
    } catch (error) {
      gl.deleteProgram(program);
      throw error;
    } finally {
      for (const shader of shaders) gl.deleteShader(shader);
    }
    for (let part = 0; part < parts; part++) {
      gl.uniformBlockBinding(program, gl.getUniformBlockIndex(program, `Part${part}`), part);
    }
    const known = new Map<string, WebGLUniformLocation | null>();
    return {
      program,
      uniform(name) {
        if (!known.has(name)) known.set(name, gl.getUniformLocation(program, name));
        return known.get(name)!;
      },
    };
  }
}
