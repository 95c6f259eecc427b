/** Smooth paths. */

/**
 * A closed path near points, passed at equal steps of time: a uniform cubic B-spline, whose speed and curvature change
 * smoothly. Where four successive points are equal, it rests there for one step.
 * @param points - Numbers of any meaning, such as coordinates and angles; the same number for each point.
 * @returns The numbers at a time, where 1 is once around.
 * @example `const at = closedPath([[0, 0], [1, 0], [1, 2]]); const [x, y] = at(0.5);`
 */
export function closedPath(points: number[][]): (time: number) => number[] {
  return (time) => {
    const place = (time - Math.floor(time)) * points.length;
    const u = place % 1;
    const shares = [(1 - u) ** 3, 3 * u ** 3 - 6 * u ** 2 + 4, -3 * u ** 3 + 3 * u ** 2 + 3 * u + 1, u ** 3];
    const near = shares.map((_, k) => points[(Math.floor(place) + k - 1 + points.length) % points.length]);
    return points[0].map((_, i) => shares.reduce((sum, share, k) => sum + (share / 6) * near[k][i], 0));
  };
}
