/** Increased when recipes of earlier versions would make other films. */
export const RECIPE_VERSION = 2;
