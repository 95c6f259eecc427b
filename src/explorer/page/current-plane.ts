/** The page's plane, for whatever draws with its renderer. */
import { signal } from '@preact/signals';
import type { Plane, PlaneStatus } from '../plane/plane.js';

/** What the plane is doing; undefined until there is one. */
export const planeStatus = signal<PlaneStatus | undefined>(undefined);
/** The plane, once the page has one: thumbnails are drawn with its renderer. */
export const plane = signal<Plane | undefined>(undefined);
