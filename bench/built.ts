/**
 * Modules that are no public names: they are taken from the build by path, and their types from the source. All of them
 * must come from the build, or a module would be there twice.
 */
const load = (path: string) => import(new URL(`../dist/${path}`, import.meta.url).href);

export const built = {
  arrange: (): Promise<typeof import('../src/frame/gpu/arrange.js')> => load('frame/gpu/arrange.js'),
  composed: (): Promise<typeof import('../src/composed/source.js')> => load('composed/source.js'),
  device: (): Promise<typeof import('../src/frame/gpu/device.js')> => load('frame/gpu/device.js'),
  encode: (): Promise<typeof import('../src/video/encode.js')> => load('video/encode.js'),
  film: (): Promise<typeof import('../src/render/film.js')> => load('render/film.js'),
  findBrowser: (): Promise<typeof import('../src/browser/find-browser.js')> =>
    load('browser/find-browser.js'),
  forms: (): Promise<typeof import('../src/frame/gpu/forms.js')> => load('frame/gpu/forms.js'),
  launch: (): Promise<typeof import('../src/browser/launch.js')> => load('browser/launch.js'),
  plan: (): Promise<typeof import('../src/frame/gpu/plan.js')> => load('frame/gpu/plan.js'),
  video: (): Promise<typeof import('../src/video/index.js')> => load('video/index.js'),
  renderer: (): Promise<typeof import('../src/frame/gpu/renderer.js')> => load('frame/gpu/renderer.js'),
};
