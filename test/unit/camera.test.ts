/** The camera of a height map: nothing of a surface is cut off, and points are seen where they should be. */
import { PerspectiveCamera, Vector3 } from 'three';
import { describe, expect, test } from 'vitest';
import {
  aheadOf,
  type Camera,
  facing,
  fittingDistance,
  type Lens,
  orbit,
  type Point3,
  seenAt,
} from '../../src/nodes/camera.js';

const orbiting = (turn: number, tilt: number, lens: Lens): Camera => {
  const { position, up } = orbit(turn, tilt, fittingDistance(lens));
  return { ...facing(position, [0, 0, 0], up, aheadOf(turn)), ...lens, magnification: 1 };
};

/** The corners of the box that contains every surface of this relief. A square looks the same after a quarter turn. */
const corners = (relief: number): Point3[] =>
  [-1, 1].flatMap((x) => [-1, 1].flatMap((y) => [-relief, relief].map((z): Point3 => [x, y, z])));

/** The farthest that a surface gets from the middle of the picture; 1 is its edge. */
function reach(turn: number, tilt: number, lens: Lens): number {
  const camera = orbiting(turn, tilt, lens);
  const seen = corners(lens.relief).map((corner) => seenAt(camera, corner)!);
  return Math.max(...seen.flat().map(Math.abs));
}

const range = (from: number, to: number, step: number) =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);

describe('a surface stays inside its node', () => {
  const lenses = [0, 0.45, 2].flatMap((relief) =>
    [12, 24, 110].flatMap((fieldOfView) => [0.4, 1, 2.5].map((aspect) => ({ relief, fieldOfView, aspect }))),
  );
  test.each(lenses)('relief $relief, field of view $fieldOfView, aspect $aspect', (lens) => {
    const reaches = range(0, 90, 7.5).flatMap((turn) =>
      range(-90, 180, 15).map((tilt) => reach(turn, tilt, lens)),
    );
    expect(Math.max(...reaches)).toBeLessThanOrEqual(1 + 1e-9);
    expect(Math.max(...reaches)).toBeGreaterThan(0.55); // and does not waste it
  });
});

describe('a camera', () => {
  const lens = { relief: 0.45, fieldOfView: 40, aspect: 1.5 };

  test('sees x to the right, y away, and heights upward; a turn is counter-clockwise', () => {
    const ahead = orbiting(0, 35, lens);
    expect(seenAt(ahead, [0.5, 0, 0])![0]).toBeGreaterThan(0);
    expect(seenAt(ahead, [0, 0.5, 0])![1]).toBeGreaterThan(0);
    expect(seenAt(ahead, [0, 0, 0.4])![1]).toBeGreaterThan(0);
    expect(seenAt(orbiting(90, 35, lens), [0.5, 0, 0])![1]).toBeGreaterThan(0);
  });

  test('from above sees the picture, turned', () => {
    const above = orbiting(0, 90, lens);
    const [x, y] = seenAt(above, [1, 1, 0])!;
    expect(x * lens.aspect).toBeCloseTo(y);
    expect(Math.sign(x) + Math.sign(y)).toBe(2);
    const turned = seenAt(orbiting(90, 90, lens), [1, 1, 0])!;
    expect(Math.sign(turned[0])).toBe(-1);
  });

  test('does not tip over when it looks straight down', () => {
    const free = (position: Point3): Camera => ({
      ...facing(position, [0, 0, 0], [0, 0, 1], aheadOf(0)),
      ...lens,
      magnification: 1,
    });
    const [near, there] = [free([0, -1e-4, 3]), free([0, 0, 3])];
    for (let axis = 0; axis < 3; axis++) expect(near.right[axis]).toBeCloseTo(there.right[axis], 3);
    expect(seenAt(there, [0, 0.5, 0])![1]).toBeGreaterThan(0);
    expect(seenAt(there, [0, 0, 4])).toBeNull();
  });

  test('projects as three.js does', () => {
    const camera = { ...orbiting(130, 20, lens), magnification: 1.3 };
    const theirs = new PerspectiveCamera(lens.fieldOfView, lens.aspect, 0.01, 20);
    theirs.zoom = camera.magnification;
    theirs.up.set(0, 0, 1);
    theirs.position.set(...camera.position);
    theirs.lookAt(0, 0, 0);
    theirs.updateProjectionMatrix();
    theirs.updateMatrixWorld();
    for (const corner of corners(0.45)) {
      const { x, y } = new Vector3(...corner).project(theirs);
      const seen = seenAt(camera, corner)!;
      expect(seen[0]).toBeCloseTo(x);
      expect(seen[1]).toBeCloseTo(y);
    }
  });
});
