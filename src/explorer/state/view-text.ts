/** Views as text: "x 0.20, y 0.00, half-width 1.2". */
import type { View } from '../../core/frame/description.js';
import type { LookAt } from './look.js';

/** A view with as many digits as its picture shows. */
export function viewText({ centre: [x, y], halfWidth, rotation }: View): string {
  const places = Math.min(15, Math.max(0, 2 - Math.floor(Math.log10(halfWidth))));
  const at = (value: number) => value.toFixed(places).replace(/^-(0\.?0*)$/, '$1');
  const turned = rotation === 0 ? '' : `, rotation ${Number(rotation.toPrecision(4))}`;
  return `x ${at(x)}, y ${at(y)}, half-width ${Number(halfWidth.toPrecision(3))}${turned}`;
}

/** The view in a text: its numbers, in this order. A text that holds no view gives the sentence that says so. */
export function readView(text: string): LookAt | string {
  const numbers = (text.match(/[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/gi) ?? []).map(Number);
  const [x, y, halfWidth, rotation] = numbers;
  if (numbers.length < 3 || numbers.length > 4 || !(halfWidth > 0)) {
    return `The view is "${text.slice(0, 60)}" but must be x, y and a half-width above 0: write 0.2, 0, 1.2.`;
  }
  return { centre: [x, y], halfWidth, ...(rotation !== undefined && { rotation }) };
}
