/**
 * The mesh and lighting of a height map, with three.js. One WebGL context draws all surfaces of a page into one canvas,
 * which each node copies immediately.
 */
import {
  Box3,
  BufferAttribute,
  BufferGeometry,
  CanvasTexture,
  ClampToEdgeWrapping,
  DoubleSide,
  Frustum,
  GLSL3,
  LinearFilter,
  LinearMipmapLinearFilter,
  Matrix4,
  Mesh,
  NoBlending,
  PerspectiveCamera,
  Scene,
  ShaderMaterial,
  type Texture,
  Vector3,
  WebGLRenderer,
} from 'three';
import { RenderError } from '../core/errors.js';
import { type Camera, radiusOf } from './camera.js';
import { fragmentShader, vertexShader } from './surface-shader.js';

/** How a surface looks. */
export interface Look {
  camera: Camera;
  /** Height difference between 0 and 1, as a fraction of the square's side. */
  relief: number;
  /** Density of the fog, per half of the square's side. */
  fog: number;
  /** Number of grid cells along each side. */
  gridLines: number;
  /** Darkness of the grid lines, 0 to 1. */
  gridStrength: number;
}

/** The colours of a surface, in sRGB. */
export interface Paint {
  canvas: OffscreenCanvas;
  /** Whether it has the colours of heights, 0 at its left and 1 at its right edge, or else a picture of the square. */
  byHeight: boolean;
}

/** Width of the grid lines, as a fraction of the node's shorter side. */
const LINE_WIDTH = 0.0035;
/** The near edge of what is drawn, in halves of the square's side: a camera may fly close to the surface. */
const NEAR = 0.004;
/** Sharpness of pictures seen at a low angle: the texture samples per pixel. */
const ANISOTROPY = 2;

/** Side of a tile, in grid squares: only tiles in view are drawn. */
const TILE = 32;
/** The square of distance times density at which fog hides all but 1/400 of a colour. */
const HIDDEN = Math.log(400);

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
  readonly #camera = new PerspectiveCamera();
  readonly #geometry = new BufferGeometry();
  readonly #material = new ShaderMaterial({
    glslVersion: GLSL3,
    vertexShader,
    fragmentShader,
    side: DoubleSide,
    blending: NoBlending, // fog lets the background through, but never what is behind a ridge
    uniforms: {
      relief: { value: 0 },
      grid: { value: new Vector3() },
      fog: { value: 0 },
      colours: { value: null as Texture | null },
      byHeight: { value: false },
    },
  });
  #painted: OffscreenCanvas | undefined;
  #tiles: Tile[] = [];

  constructor() {
    const mesh = new Mesh(this.#geometry, [this.#material]); // a list: the geometry is drawn in groups, which are tiles
    mesh.frustumCulled = false; // three.js does not know the heights, which the shader applies
    this.#scene.add(mesh);
    this.#camera.matrixAutoUpdate = false;
  }

  /** Replaces the heights: n x n in [0, 1], row-major, with the top row (largest y) first. */
  load(n: number, heights: Float32Array): void {
    const points = new Float32Array(3 * n * n); // x and y in [-1, 1], and the height
    const slopes = new Float32Array(2 * n * n); // along x and y, for a relief of half a side
    const height = (row: number, column: number) => heights[clamp(row, n) * n + clamp(column, n)];
    for (let row = 0; row < n; row++) {
      for (let column = 0; column < n; column++) {
        const i = row * n + column;
        points.set([(2 * column) / (n - 1) - 1, 1 - (2 * row) / (n - 1), heights[i]], 3 * i);
        const across = clamp(column + 1, n) - clamp(column - 1, n);
        const down = clamp(row + 1, n) - clamp(row - 1, n);
        slopes[2 * i] = ((height(row, column + 1) - height(row, column - 1)) * (n - 1)) / (2 * across);
        slopes[2 * i + 1] = ((height(row - 1, column) - height(row + 1, column)) * (n - 1)) / (2 * down);
      }
    }
    this.#geometry.setAttribute('position', new BufferAttribute(points, 3));
    this.#geometry.setAttribute('slope', new BufferAttribute(slopes, 2));
    this.#geometry.setAttribute('hollow', new BufferAttribute(hollows(n, heights), 1));
    if (this.#geometry.index?.count === 6 * (n - 1) ** 2) return;
    this.#tiles = tilesOf(n);
    const indices = new Uint32Array(6 * (n - 1) ** 2);
    for (const { start, corners } of this.#tiles) writeTriangles(indices, start, corners, n);
    this.#geometry.setIndex(new BufferAttribute(indices, 1));
  }

  /** Replaces the colours. */
  paint({ canvas, byHeight }: Paint): void {
    this.#material.uniforms.byHeight.value = byHeight;
    if (canvas === this.#painted) return;
    this.#painted = canvas;
    this.#texture()?.dispose();
    const filter = byHeight ? LinearFilter : LinearMipmapLinearFilter;
    const [wrap, anisotropy] = [ClampToEdgeWrapping, byHeight ? 1 : ANISOTROPY];
    const texture = new CanvasTexture(canvas, undefined, wrap, wrap, LinearFilter, filter);
    texture.anisotropy = anisotropy;
    this.#material.uniforms.colours.value = texture;
  }

  /** Draws the surface. The canvas is shared: copy it before anything else is drawn. */
  draw([width, height]: [number, number], look: Look): HTMLCanvasElement {
    const shared = sharedRenderer();
    shared.setPixelRatio(1);
    shared.setSize(width, height, false);
    const { relief, grid, fog } = this.#material.uniforms;
    relief.value = 2 * look.relief; // the square's side is 2
    grid.value.set(look.gridLines, look.gridStrength, LINE_WIDTH * Math.min(width, height));
    fog.value = look.fog;
    this.#place(look);
    this.#choose(look);
    shared.render(this.#scene, this.#camera);
    return shared.domElement;
  }

  dispose(): void {
    this.#texture()?.dispose();
    this.#geometry.dispose();
    this.#material.dispose();
  }

  /** Draws only the tiles in view that fog does not hide, the nearest ones first, which hide the others. */
  #choose({ relief, fog, camera }: Look): void {
    const { projectionMatrix, matrixWorldInverse } = this.#camera;
    const view = new Frustum().setFromProjectionMatrix(
      new Matrix4().multiplyMatrices(projectionMatrix, matrixWorldInverse),
    );
    const eye = new Vector3(...camera.position);
    const n = Math.sqrt(this.#geometry.getAttribute('position').count);
    const at = (index: number) => (2 * index) / (n - 1) - 1;
    const inView = this.#tiles.flatMap(({ start, count, corners: [top, left, bottom, right] }) => {
      const box = new Box3(
        new Vector3(at(left), -at(bottom), -relief),
        new Vector3(at(right), -at(top), relief),
      );
      const distance = box.distanceToPoint(eye);
      return (distance * fog) ** 2 < HIDDEN && view.intersectsBox(box) ? [{ start, count, distance }] : [];
    });
    this.#geometry.clearGroups();
    for (const { start, count } of inView.sort((a, b) => a.distance - b.distance)) {
      this.#geometry.addGroup(start, count, 0);
    }
  }

  #texture(): Texture | null {
    return this.#material.uniforms.colours.value;
  }

  #place({ camera, relief }: Look): void {
    const { position, right, up, forward, fieldOfView, aspect, magnification } = camera;
    const back = forward.map((value) => -value) as typeof forward;
    const directions = [right, up, back].map((direction) => new Vector3(...direction)) as [
      Vector3,
      Vector3,
      Vector3,
    ];
    this.#camera.matrix = new Matrix4().makeBasis(...directions).setPosition(...position);
    this.#camera.fov = fieldOfView;
    this.#camera.aspect = aspect;
    this.#camera.zoom = magnification;
    const [distance, radius] = [Math.hypot(...position), 1.01 * radiusOf(relief)];
    this.#camera.near = Math.max(NEAR, distance - radius); // precise depths for a camera far away
    this.#camera.far = distance + radius;
    this.#camera.updateProjectionMatrix();
    this.#camera.updateMatrixWorld(true);
  }
}

/** A part of the grid. */
interface Tile {
  /** Its triangles in the list of indices: the first one, and their number, times 3. */
  start: number;
  count: number;
  /** The first and the last row and column of its points. */
  corners: [top: number, left: number, bottom: number, right: number];
}

function tilesOf(n: number): Tile[] {
  const tiles: Tile[] = [];
  let start = 0;
  for (let top = 0; top < n - 1; top += TILE) {
    for (let left = 0; left < n - 1; left += TILE) {
      const [bottom, right] = [Math.min(n - 1, top + TILE), Math.min(n - 1, left + TILE)];
      const count = 6 * (bottom - top) * (right - left);
      tiles.push({ start, count, corners: [top, left, bottom, right] });
      start += count;
    }
  }
  return tiles;
}

/** Writes the vertex indices of two triangles per grid square. */
function writeTriangles(
  into: Uint32Array,
  start: number,
  [top, left, bottom, right]: Tile['corners'],
  n: number,
): void {
  let at = start;
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const i = row * n + column;
      into.set([i, i + n, i + 1, i + 1, i + n, i + n + 1], at);
      at += 6;
    }
  }
}

/**
 * How far each point lies below its surroundings, compared with their size, for a relief of half a side: a cheap
 * measure of how much of the sky is hidden there. Negative on ridges.
 */
function hollows(n: number, heights: Float32Array): Float32Array {
  const hollow = new Float32Array(n * n);
  for (const share of [0.02, 0.06]) {
    const reach = Math.max(1, Math.round(share * n));
    const around = blurred(n, blurred(n, heights, reach), reach);
    const scale = (n - 1) / (4 * reach); // half a side in units of the surroundings, of which there are two
    for (let i = 0; i < hollow.length; i++) hollow[i] += scale * (around[i] - heights[i]);
  }
  return hollow;
}

/** The means over squares of 2 * reach + 1 points; beyond the edge, the values of the edge count. */
function blurred(n: number, values: Float32Array, reach: number): Float32Array {
  const along = (from: Float32Array, start: (line: number) => number, step: number) => {
    const into = new Float32Array(n * n);
    for (let line = 0; line < n; line++) {
      const value = (k: number) => from[start(line) + step * clamp(k, n)];
      let sum = 0;
      for (let k = -reach; k <= reach; k++) sum += value(k);
      for (let k = 0; k < n; k++) {
        into[start(line) + step * k] = sum / (2 * reach + 1);
        sum += value(k + reach + 1) - value(k - reach);
      }
    }
    return into;
  };
  const rows = along(values, (row) => row * n, 1);
  return along(rows, (column) => column, n);
}

const clamp = (i: number, n: number) => Math.min(n - 1, Math.max(0, i));
