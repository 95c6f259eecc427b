/**
 * The camera of a height map, in units of half of the square's side: the square is [-1, 1]² in the plane z = 0, x
 * points right, y to the top of the picture, and z up.
 */

/** A point [x, y, z], or a direction. */
export type Point3 = [x: number, y: number, z: number];

/** A position, and the directions in which a camera there looks; all three have length 1 and are perpendicular. */
export interface Camera {
  position: Point3;
  right: Point3;
  up: Point3;
  forward: Point3;
  /** Vertical field of view, in degrees, before `magnification`. */
  fieldOfView: number;
  magnification: number;
  /** Width of the picture divided by its height. */
  aspect: number;
}

/** What determines the lens, and the distance from which everything fits. */
export interface Lens {
  /** Height difference between brightness 0 and 1, as a fraction of the square's side. */
  relief: number;
  /** Vertical field of view, in degrees. */
  fieldOfView: number;
  /** Width of the picture divided by its height. */
  aspect: number;
}

/** The radius of the smallest sphere around the middle that contains the surface, whatever its heights. */
export const radiusOf = (relief: number): number => Math.hypot(Math.SQRT2, relief);

/** The distance from the middle at which the sphere around the surface touches the nearer edges of the picture. */
export function fittingDistance({ relief, fieldOfView, aspect }: Lens): number {
  const half = radians(fieldOfView) / 2;
  return radiusOf(relief) / Math.sin(Math.atan(Math.tan(half) * Math.min(1, aspect)));
}

/**
 * The position and the up direction of a camera that looks at the middle from this distance.
 * @param turn - Degrees by which the square is turned counter-clockwise.
 * @param tilt - Elevation in degrees: 90 is from above.
 */
export function orbit(turn: number, tilt: number, distance: number): { position: Point3; up: Point3 } {
  const [ahead, elevation] = [aheadOf(turn), radians(tilt)];
  const [sin, cos] = [Math.sin(elevation), Math.cos(elevation)];
  return {
    position: [-ahead[0] * cos * distance, -ahead[1] * cos * distance, sin * distance],
    up: [ahead[0] * sin, ahead[1] * sin, cos],
  };
}

/** The horizontal direction away from the viewer, for a square that is turned by so many degrees. */
export const aheadOf = (turn: number): Point3 => [Math.sin(radians(turn)), Math.cos(radians(turn)), 0];

/**
 * The directions of a camera that looks from one point at another.
 * @param up - The direction that is up in the picture.
 * @param ahead - The direction that is up instead if the camera looks along `up`.
 */
export function facing(
  position: Point3,
  lookAt: Point3,
  up: Point3,
  ahead: Point3,
): Pick<Camera, 'position' | 'right' | 'up' | 'forward'> {
  const away = minus(lookAt, position);
  const forward = lengthOf(away) > 0 ? unit(away) : ahead;
  const aside = cross(forward, up);
  const right = unit(lengthOf(aside) > 1e-6 ? aside : cross(forward, ahead));
  return { position, right, up: cross(right, forward), forward };
}

/**
 * Where a camera sees a point: [x, y] from -1 to 1 between the picture's left and right, and its bottom and top edges.
 * Null for points that are not in front of it.
 */
export function seenAt(camera: Camera, point: Point3): [x: number, y: number] | null {
  const from = minus(point, camera.position);
  const depth = dot(from, camera.forward);
  if (depth <= 0) return null;
  const scale = camera.magnification / Math.tan(radians(camera.fieldOfView) / 2) / depth;
  return [(dot(from, camera.right) * scale) / camera.aspect, dot(from, camera.up) * scale];
}

const minus = (a: Point3, b: Point3): Point3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a: Point3, b: Point3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const lengthOf = (a: Point3): number => Math.hypot(...a);
const unit = (a: Point3): Point3 => a.map((value) => value / lengthOf(a)) as Point3;
const cross = (a: Point3, b: Point3): Point3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const radians = (degrees: number): number => (degrees * Math.PI) / 180;
