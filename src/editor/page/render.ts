/** Offers our formats among Motion Canvas's exporters. Its RENDER button then has the server make the film. */
import {
  type Exporter,
  type ExporterClass,
  ObjectMetaField,
  type Project,
  type Renderer,
  RendererResult,
  type RendererSettings,
  RendererState,
  type Stage,
} from '@motion-canvas/core';
import { RENDER_FORMATS, RENDER_PATH, type RenderEvent, type RenderRequest } from './render-protocol.js';
import type { Status } from './status.js';

/** The film as the scene defines it. */
export interface FilmLook {
  size: readonly [width: number, height: number];
  fps: number;
  seconds: number;
}

type Format = RenderRequest['format'];

const ID = 'untrained/';

/** Our exporters, one for each format. */
export const exporters: ExporterClass[] = RENDER_FORMATS.map((format) => ({
  id: ID + format,
  displayName: `${format.toUpperCase()} (Untrained)`,
  meta: () => new ObjectMetaField(format.toUpperCase(), {}),
  /** Motion Canvas creates exporters to pass them its own frames, but never creates ours: see offerFormats(). */
  create(): Promise<Exporter> {
    throw new Error(`Untrained renders ${format.toUpperCase()} files itself.`);
  },
}));

/** The parts of Motion Canvas's renderer that show a render in progress. */
interface Display {
  readonly state: { current: RendererState };
  readonly finished: { dispatch(result: RendererResult): void };
  readonly frame: { current: number };
  readonly stage: Stage;
  readonly lock: { acquire(): Promise<void>; release(): void };
  abortController: AbortController | null;
}

/**
 * Makes a renderer pass requests for our formats to the server.
 * @param scene - The scene's name in the editor.
 * @param look - The film as the scene defines it: settings that agree with it are not passed on.
 */
export function offerFormats(
  renderer: Renderer,
  project: Project,
  scene: string,
  look: () => FilmLook,
  status: Status,
): void {
  const render = renderer.render.bind(renderer);
  const display = renderer as unknown as Display;
  renderer.render = async (settings) => {
    const format = RENDER_FORMATS.find((format) => settings.exporter.name === ID + format);
    if (!format) return render(settings);
    if (display.state.current !== RendererState.Initial) return;
    await display.lock.acquire();
    renderer.estimator.reset();
    display.abortController = new AbortController();
    showStill(display, settings);
    display.state.current = RendererState.Working;
    let result = RendererResult.Success;
    try {
      const request = requestFor(settings, format, scene, look());
      await followRender(request, display, renderer, project, status);
    } catch (error) {
      const aborted = display.abortController.signal.aborted;
      result = aborted ? RendererResult.Aborted : RendererResult.Error;
      status.show(
        'render',
        aborted ? 'Stopped. No partial file is left.' : (error as Error).message,
        hide(status),
      );
      if (!aborted) project.logger.error((error as Error).message);
    } finally {
      renderer.estimator.update(1);
      display.abortController = null;
      display.state.current = RendererState.Initial;
      display.finished.dispatch(result);
      display.lock.release();
    }
  };
}

/** Makes the editor show the preview's current picture during the render, since the page draws no frames for it. */
function showStill({ stage }: Display, settings: RendererSettings): void {
  const preview = document.querySelector<HTMLCanvasElement>('[class*=viewport] canvas');
  stage.configure(settings);
  const { width, height } = stage.finalBuffer;
  if (preview) stage.finalBuffer.getContext('2d')?.drawImage(preview, 0, 0, width, height);
}

const hide = (status: Status) => ({ label: 'Close', run: () => status.show('render', undefined) });

/** The request that corresponds to the settings. */
export function requestFor(
  { size, resolutionScale, fps, range }: RendererSettings,
  format: Format,
  scene: string,
  look: FilmLook,
): RenderRequest {
  const pixels = [Math.round(size.x * resolutionScale), Math.round(size.y * resolutionScale)] as const;
  const count = Math.ceil(look.seconds * fps - 1e-6);
  const first = Math.max(0, Math.ceil(range[0] * fps - 1e-6));
  const last = Math.min(count, Math.ceil(range[1] * fps - 1e-6)) - 1;
  const isWhole = first === 0 && last >= count - 1;
  return {
    scene,
    format,
    ...(pixels.some((side, i) => side !== look.size[i]) && { size: [...pixels] as [number, number] }),
    ...(fps !== look.fps && { fps }),
    ...(!isWhole && { frames: [first, Math.max(first, last)] as [number, number] }),
  };
}

/** Has the server render, and shows what it reports. @throws Error with the server's reason if it fails. */
async function followRender(
  request: RenderRequest,
  display: Display,
  renderer: Renderer,
  project: Project,
  status: Status,
): Promise<void> {
  const response = await fetch(RENDER_PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
    signal: display.abortController!.signal,
  });
  if (!response.ok) throw new Error(await response.text());
  let command = '';
  for await (const event of eventsIn(response.body!)) {
    if (event.type === 'command') {
      ({ command } = event);
      project.logger.info(`Rendering with: ${command}`);
    } else if (event.type === 'stage') status.show('render', `${event.doing} …`);
    else if (event.type === 'progress') {
      display.frame.current = event.frame;
      renderer.estimator.update(event.frame / event.frames);
      status.show('render', `${event.frame} of ${event.frames} frames`);
    } else if (event.type === 'warning') project.logger.warn(event.message);
    else if (event.type === 'failed') throw new Error(event.message);
    else {
      const text = `${event.path}, ${(event.bytes / 1e6).toFixed(1)} MB, in ${event.seconds.toFixed(1)} s`;
      project.logger.info(text);
      const copy = () => navigator.clipboard.writeText(command).then(() => status.show('render', undefined));
      status.show('render', text, { label: 'Copy the command', run: copy });
      return;
    }
  }
  throw new Error('The editor has stopped: start it again.');
}

async function* eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<RenderEvent> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as never)
    .getReader() as ReadableStreamDefaultReader<string>;
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (text + value).split('\n');
    text = lines.pop()!;
    for (const line of lines) yield JSON.parse(line) as RenderEvent;
  }
}
