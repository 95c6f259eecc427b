/** A line with a dot at a value. */
import { Circle, Line, Node } from '@motion-canvas/2d';
import type { Vector2 } from '@motion-canvas/core';

/** The line's places are numbers from 0, its left end, to 1. Lengths are in pixels. */
export interface DottedLine {
  /** The position of a place. */
  at: (place: number) => Vector2;
  /** The place of the dot, up to which the line has the dot's colour. */
  place: () => number;
  /** The places of smaller dots. */
  marks: () => readonly number[];
  lineWidth: () => number;
  dotSize: () => number;
  markSize: () => number;
  /** The colours of the line, of its dot and of smaller ones. */
  colours: { line: () => string; dot: () => string; mark: () => string };
}

/** The line and its dots, from back to front. Places beyond an end are at the end. */
export function dottedLine({ place, marks, lineWidth, dotSize, markSize, colours, ...line }: DottedLine) {
  const at = (place: number) => line.at(Math.min(1, Math.max(0, place)));
  const along = (to: () => number, stroke: () => string) =>
    new Line({ points: () => [at(0), at(to())], stroke, lineWidth, lineCap: 'round' });
  const dot = (place: () => number, size: () => number, fill: () => string) =>
    new Circle({ size, fill, position: () => at(place()) });
  return [
    along(() => 1, colours.line),
    along(place, colours.dot),
    new Node({ children: () => marks().map((mark) => dot(() => mark, markSize, colours.mark)) }),
    dot(place, dotSize, colours.dot),
  ];
}
