/** Which frame of each scene is its picture, where one picture must stand for a film. */

const FRAMES = {
  activation: 125,
  'adding-layers': 300,
  channels: 200,
  'cross-section': 75,
  depth: 225,
  'growing-depth': 425,
  'growing-width': 350,
  'layer-size': 75,
  'layer-size-zoom': 110,
  'nine-scales': 300,
  oklch: 100,
  opening: 75,
  'relu-and-tanh': 350,
  relu: 375,
  rows: 325,
  's-curves': 450,
  's-surfaces': 350,
  scaling: 375,
  'single-unit': 275,
  star: 375,
  tour: 1500,
  'typical-networks': 250,
  'weight-scale': 75,
  'zooming-in': 225,
};
const USUAL = 150;

/** The frame, at 25 frames per second. @param name - A scene's. */
export const frameOf = (name) => FRAMES[name] ?? USUAL;

/** Its time in seconds. */
export const momentOf = (name) => frameOf(name) / 25;
