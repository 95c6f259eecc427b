/**
 * The mesh and lighting of a height map, with three.js. One WebGL context draws all surfaces of a page into one canvas,
 * which each node copies immediately.
 */
import {
  BufferAttribute,
  BufferGeometry,
  DoubleSide,
  GLSL3,
  Group,
  Mesh,
  PerspectiveCamera,
  Scene,
  ShaderMaterial,
  Vector3,
  WebGLRenderer,
} from 'three';
import { RenderError } from '../core/errors.js';
import { fragmentShader, vertexShader } from './surface-shader.js';

/** The view of a surface. */
export interface Look {
  /** Rotation about the vertical axis, in degrees. */
  turn: number;
  /** Elevation of the camera, in degrees; 90 is from above. */
  tilt: number;
  /** Height difference between 0 and 1, as a fraction of the square's side. */
  relief: number;
  magnification: number;
  /** Vertical field of view, in degrees. */
  fieldOfView: number;
  /** Number of grid cells along each side. */
  gridLines: number;
  /** Darkness of the grid lines, 0 to 1. */
  gridStrength: number;
}

/**
 * n x n points: heights (n, n) in [0, 1], and sRGB colours (n, n, 3) in [0, 1]. Row-major, with the top row (largest y)
 * first.
 */
export interface SurfaceData {
  n: number;
  heights: Float32Array;
  colours: Float32Array;
}

/** Width of the grid lines, as a fraction of the node's shorter side. */
const LINE_WIDTH = 0.0035;

let renderer: WebGLRenderer | undefined;

function sharedRenderer(): WebGLRenderer {
  try {
    renderer ??= new WebGLRenderer({ antialias: true, alpha: true, premultipliedAlpha: true });
  } catch (cause) {
    throw new RenderError(
      'A HeightMap needs WebGL2, which this browser does not provide: choose another with --browser.',
      { cause },
    );
  }
  return renderer;
}

export class Surface {
  readonly #scene = new Scene();
  readonly #pivot = new Group();
  readonly #camera = new PerspectiveCamera();
  readonly #geometry = new BufferGeometry();
  readonly #material = new ShaderMaterial({
    glslVersion: GLSL3,
    vertexShader,
    fragmentShader,
    side: DoubleSide,
    uniforms: { relief: { value: 0 }, grid: { value: new Vector3() } },
  });

  constructor() {
    const mesh = new Mesh(this.#geometry, this.#material);
    mesh.frustumCulled = false; // three.js does not know the heights, which the shader applies
    this.#pivot.add(mesh);
    this.#scene.add(this.#pivot);
  }

  /** Replaces the heights and colours. */
  load({ n, heights, colours }: SurfaceData): void {
    const places = new Float32Array(2 * n * n); // positions on the square, in [-1, 1]
    const slopes = new Float32Array(2 * n * n); // along x and y, for a relief of half a side
    for (let row = 0; row < n; row++) {
      for (let column = 0; column < n; column++) {
        const i = row * n + column;
        const height = (r: number, c: number) => heights[clamp(r, n) * n + clamp(c, n)];
        places.set([(2 * column) / (n - 1) - 1, 1 - (2 * row) / (n - 1)], 2 * i);
        const across = clamp(column + 1, n) - clamp(column - 1, n);
        const down = clamp(row + 1, n) - clamp(row - 1, n);
        slopes[2 * i] = ((height(row, column + 1) - height(row, column - 1)) * (n - 1)) / (2 * across);
        slopes[2 * i + 1] = ((height(row - 1, column) - height(row + 1, column)) * (n - 1)) / (2 * down);
      }
    }
    this.#geometry.setAttribute('position', new BufferAttribute(new Float32Array(3 * n * n), 3));
    this.#geometry.setAttribute('place', new BufferAttribute(places, 2));
    this.#geometry.setAttribute('slope', new BufferAttribute(slopes, 2));
    this.#geometry.setAttribute('height', new BufferAttribute(heights, 1));
    this.#geometry.setAttribute('colour', new BufferAttribute(colours, 3));
    if (this.#geometry.index?.count !== 6 * (n - 1) ** 2) this.#geometry.setIndex(triangles(n));
  }

  /** Draws the surface. The canvas is shared: copy it before anything else is drawn. */
  draw([width, height]: [number, number], look: Look): HTMLCanvasElement {
    const shared = sharedRenderer();
    shared.setPixelRatio(1);
    shared.setSize(width, height, false);
    this.#material.uniforms.relief.value = 2 * look.relief; // the square's side is 2
    const lineWidth = LINE_WIDTH * Math.min(width, height);
    this.#material.uniforms.grid.value.set(look.gridLines, look.gridStrength, lineWidth);
    this.#pivot.rotation.set(radians(look.tilt), radians(look.turn), 0);
    this.#place(width / height, look);
    shared.render(this.#scene, this.#camera);
    return shared.domElement;
  }

  dispose(): void {
    this.#geometry.dispose();
    this.#material.dispose();
  }

  /** Places the camera so that the sphere around the square fits the shorter side, at every angle. */
  #place(aspect: number, { fieldOfView, magnification }: Look): void {
    const half = radians(fieldOfView) / 2;
    const across = Math.atan(Math.tan(half) * Math.min(1, aspect));
    this.#camera.fov = fieldOfView;
    this.#camera.aspect = aspect;
    this.#camera.zoom = magnification;
    this.#camera.position.z = Math.SQRT2 / Math.sin(across);
    this.#camera.near = this.#camera.position.z - 3;
    this.#camera.far = this.#camera.position.z + 3;
    this.#camera.updateProjectionMatrix();
  }
}

/** The vertex indices of two triangles per grid square. */
function triangles(n: number): number[] {
  const indices: number[] = [];
  for (let row = 0; row < n - 1; row++) {
    for (let column = 0; column < n - 1; column++) {
      const i = row * n + column;
      indices.push(i, i + n, i + 1, i + 1, i + n, i + n + 1);
    }
  }
  return indices;
}

const clamp = (i: number, n: number) => Math.min(n - 1, Math.max(0, i));
const radians = (degrees: number) => (degrees * Math.PI) / 180;
