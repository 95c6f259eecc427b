/**
 * Internal modules, loaded from the build by path, with types from the source. All must come from the build:
 * otherwise a module would be loaded twice.
 */
const load = (path: string) => import(new URL(`../dist/${path}`, import.meta.url).href);

export const built = {
  arguments: (): Promise<typeof import('../src/outputs/formats/arguments.js')> =>
    load('outputs/formats/arguments.js'),
  arrange: (): Promise<typeof import('../src/renderers/gpu/arrange.js')> => load('renderers/gpu/arrange.js'),
  composed: (): Promise<typeof import('../src/sources/composed/source.js')> =>
    load('sources/composed/source.js'),
  device: (): Promise<typeof import('../src/renderers/gpu/device.js')> => load('renderers/gpu/device.js'),
  encode: (): Promise<typeof import('../src/outputs/encode.js')> => load('outputs/encode.js'),
  studio: (): Promise<typeof import('../src/sources/composed/studio.js')> =>
    load('sources/composed/studio.js'),
  findBrowser: (): Promise<typeof import('../src/browser/find-browser.js')> =>
    load('browser/find-browser.js'),
  forms: (): Promise<typeof import('../src/renderers/gpu/forms.js')> => load('renderers/gpu/forms.js'),
  launch: (): Promise<typeof import('../src/browser/launch.js')> => load('browser/launch.js'),
  stores: (): Promise<typeof import('../src/stores/index.js')> => load('stores/index.js'),
  task: (): Promise<typeof import('../src/farm/task.js')> => load('farm/task.js'),
  plan: (): Promise<typeof import('../src/renderers/gpu/plan.js')> => load('renderers/gpu/plan.js'),
  video: (): Promise<typeof import('../src/outputs/index.js')> => load('outputs/index.js'),
  renderer: (): Promise<typeof import('../src/renderers/gpu/renderer.js')> =>
    load('renderers/gpu/renderer.js'),
};
