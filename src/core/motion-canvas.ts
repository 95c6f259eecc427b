/**
 * The names by which we reach into Motion Canvas, beyond importing from its packages `core` and `2d`. A move to a fork
 * starts here; CONTRIBUTING.md has a table of what it takes.
 */

const SCOPE = '@motion-canvas';
export const CORE = `${SCOPE}/core`;
export const TWO_D = `${SCOPE}/2d`;
export const EDITOR = `${SCOPE}/ui`;
export const VITE_PLUGIN = `${SCOPE}/vite-plugin`;

/** Where compilers look for the JSX runtime. tsconfig.json and docs/packages.md have the same name. */
export const JSX_SOURCE = `${TWO_D}/lib`;
export const JSX_RUNTIMES = [`${JSX_SOURCE}/jsx-runtime`, `${JSX_SOURCE}/jsx-dev-runtime`];

/** What the editor loads for scenes made of nodes: their inspector, and outlines of the selected node. */
export const EDITOR_OF_NODES = `${TWO_D}/editor`;
/** The key by which the editor finds the inspector of a node. A plugin's inspector replaces earlier ones. */
export const NODE_INSPECTOR = `${TWO_D}/node-inspector`;

export const STYLE_SHEET = `${EDITOR}/dist/style.css`;
/** The style sheet's ID in Vite, with the dots or slashes of any kind of path. */
export const STYLE_SHEET_ID = /motion-canvas.ui.dist.style\.css/;

/** The messages with which the editor saves a scene's settings, and the server confirms that. */
export const SAVE_SETTINGS = 'motion-canvas:meta';
export const SAVED_SETTINGS = 'motion-canvas:meta-ack';

/** The beginning of the call with which the editor asks npm for the newest version. */
export const NEWEST_VERSION = /\bfetch\("https:[^"]*\/@motion-canvas\/core\/latest"/;

/** Whether an import is of any of Motion Canvas's packages. */
export const isMotionCanvas = (name: string): boolean => name.startsWith(`${SCOPE}/`);

/** Whether it is of those that draw. A page must have a single copy of each. */
export const draws = (name: string): boolean =>
  [CORE, TWO_D].some((one) => name === one || name.startsWith(`${one}/`));
