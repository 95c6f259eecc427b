/** Makes elements of the page. Text is always set as text, so that no title or name is read as HTML. */

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element with attributes and children. An attribute that is true has no value; one that is false is absent. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children);
  return made;
}

const SVG = 'http://www.w3.org/2000/svg';

/** Icons as paths of strokes on 20 x 20 units. */
const ICONS = {
  play: 'M6 3.6v12.8L16.5 10Z',
  pause: 'M6.5 4v12M13.5 4v12',
  copy: 'M7 7V3.5h9.5V13H13M3.5 7H13v9.5H3.5Z',
  check: 'm4 10.5 4 4 8-9',
  open: 'M8 4H4v12h12v-4M11 3.5h5.5V9M16.2 3.8 9 11',
  close: 'm5 5 10 10M15 5 5 15',
} as const;

export type IconName = keyof typeof ICONS;

/** An icon that says nothing to screen readers. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 20 20');
  svg.setAttribute('class', `icon icon-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}
