/**
 * A page that plays a sweep, or shows one moment, in one file. It consists of a poster and a sentence for programs that
 * run no scripts, the recipe, and the program that draws it: src/player/main.ts, packed by build/player.js.
 */
import type { FrameDescription } from '../core/frame/description.js';
import { interestOf } from '../core/frame/interest.js';
import { hiddenShown } from '../core/frame/shown.js';
import { writeRecipe } from '../core/recipe/recipe.js';
import { stillOf } from '../core/sweep/still.js';
import { frameAt, preparePace, type Sweep } from '../core/sweep/sweep.js';
import { encodeJpeg } from '../files/write/jpeg.js';
import { workOf } from '../renderers/drawing-speed.js';
import type { ExportTools, Writer } from './exporter.js';

export const html: Writer = {
  async write({ name, sweep: whole, at }, tools) {
    const sweep = at === undefined ? whole : await stillOf(whole, at, tools.evaluate);
    const poster = await posterOf(sweep, tools);
    const player = await tools.player();
    return [{ ending: '.html', content: pageOf(name, sweep, poster, player, tools) }];
  },
};

/** A picture for before the program draws, and where it does not. */
interface Poster {
  /** JPEG. */
  bytes: Uint8Array;
  width: number;
  height: number;
  /** The moment that it shows, in seconds. */
  time: number;
  /** How many times as much of the plane it shows along the shorter side as the view; 1 for a grid of units. */
  reach: number;
}

/** How far the square poster reaches beyond the view, so that it covers windows of up to 16:9. */
const REACH = 1.8;
/** The sides of the poster that are tried, in pixels, and for each, the qualities: until it is small enough. */
const SIDES = [540, 400, 300, 200, 140];
const QUALITIES = [80, 70, 60, 50, 40];
/** In bytes; a third more in base64. */
const MOST_BYTES = 30_000;
/** In multiply-adds: a few seconds on two cores. Larger networks have smaller posters. */
const MOST_WORK = 6e10;
/** The size of the pictures among which the poster's moment is chosen, and how many there are at most. */
const SKETCH: [number, number] = [48, 30];
const MOMENTS = 8;
/** All of these sketches together, in multiply-adds. */
const MOST_SKETCHED = 2e10;
/** The beginning is the poster unless another moment has this many times as much to see. */
const CLEARLY_BETTER = 1.25;

async function posterOf(sweep: Sweep, tools: ExportTools): Promise<Poster> {
  await preparePace(sweep, tools.evaluate);
  const time = await bestMoment(sweep, tools);
  const frame = frameAt(sweep, time, tools.evaluate);
  const { shown, view } = frame;
  const isGrid = shown !== undefined && 'layer' in shown && shown.unit === undefined;
  const reach = isGrid ? 1 : REACH;
  const larger = Math.max(...frame.size);
  const sizeFor = (side: number): [number, number] =>
    isGrid
      ? (frame.size.map((own) => Math.max(1, Math.round((own * side) / larger))) as [number, number])
      : [side, side];
  const drawn = (side: number): FrameDescription => ({
    ...frame,
    size: sizeFor(side),
    supersample: 2,
    dither: false,
    view: { ...view, halfWidth: Math.min(1e9, reach * view.halfWidth) },
  });
  const sides = SIDES.filter((side, i) => i === SIDES.length - 1 || workOf(drawn(side)) <= MOST_WORK);
  let smallest: Poster | undefined;
  for (const side of sides) {
    const [width, height] = sizeFor(side);
    const rgba = await tools.draw(drawn(side));
    for (const quality of QUALITIES) {
      const bytes = encodeJpeg(rgba, width, height, quality);
      smallest = { bytes, width, height, time, reach };
      if (bytes.length <= MOST_BYTES) return smallest;
    }
  }
  return smallest!;
}

/** The moment with the most to see, in seconds, or the beginning if that has about as much. */
async function bestMoment(sweep: Sweep, { draw, evaluate }: ExportTools): Promise<number> {
  const frameOf = (time: number): FrameDescription => {
    const frame = frameAt(sweep, time, evaluate);
    const hidden = hiddenShown(frame.shown);
    // A grid may not fit into so few pixels: one of its units stands for it.
    const shown = hidden ? { layer: hidden.layer, unit: hidden.unit ?? 1 } : frame.shown;
    return { ...frame, ...(shown && { shown }), size: SKETCH, supersample: 1, dither: false };
  };
  const frames = Math.round(sweep.seconds * sweep.fps);
  const affordable = Math.floor(MOST_SKETCHED / workOf(frameOf(0)));
  const count = Math.min(MOMENTS, frames, affordable);
  if (count <= 1) return 0;
  const scores: { time: number; score: number }[] = [];
  for (let i = 0; i < count; i++) {
    const time = Math.round((i * frames) / count) / sweep.fps;
    const [width, height] = SKETCH;
    scores.push({ time, score: interestOf(await draw(frameOf(time)), width, height).score });
  }
  const best = scores.reduce((a, b) => (b.score > a.score ? b : a));
  return best.score > CLEARLY_BETTER * scores[0].score ? best.time : 0;
}

function pageOf(name: string, sweep: Sweep, poster: Poster, player: string, tools: ExportTools): string {
  const title = sweep.title.trim() || name;
  const still = sweep.seconds * sweep.fps <= 1;
  const sentence =
    'A neural network that nobody trained, drawn at every point of the plane. ' +
    `Open this file in a browser to ${still ? 'explore it' : 'see it move'}.`;
  const { bytes, width, height, time, reach } = poster;
  const explorer = tools.explorer === undefined ? '' : ` data-explorer="${escaped(tools.explorer)}"`;
  return `<!doctype html>
<!--
To embed this page in another:
${snippetOf(name, title)}
Its address takes ?bare (the picture alone), ?t=3 (start at 3 s) and ?play=0 (start paused). Scripts control it with
frame.contentWindow.postMessage({ t: 3, set: { weightScale: 0.7, seed: 'Ada' } }, '*').
-->
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="dark">
<meta name="theme-color" content="#000000">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="Untrained ${escaped(tools.version)}">
<title>${escaped(title)}</title>
<style>
${STYLE}
#poster { --reach: ${reach}; }
</style>
<script>
document.documentElement.className = 'scripted';
onmessage = (event) => (window.untrainedMessages ??= []).push(event); // until the program listens
</script>
</head>
<body>
<img id="poster"${reach === 1 ? ' class="whole"' : ''} alt="${escaped(title)}" width="${width}" height="${height}" src="data:image/jpeg;base64,${base64Of(bytes)}">
<div class="words-below">
<h1>${escaped(title)}</h1>
<p>${sentence}</p>
</div>
<script type="application/json" id="recipe" data-poster="${time}"${explorer}>
${jsonOf(sweep)}</script>
<script>
${player}</script>
</body>
</html>
`;
}

/** Nothing is loaded from anywhere. Workers and WebAssembly are our own. */
const POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'wasm-unsafe-eval'",
  'worker-src blob: data:',
  "style-src 'unsafe-inline'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** The poster covers the window with the framing that the program will have. src/player/style.css has the rest. */
const STYLE = `html, body { margin: 0; min-height: 100%; background: #000; color: #f3f5f8;
  font: 1rem/1.4 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif; }
#poster { --side: max(var(--reach) * 100vmin, 100vmax); position: fixed; left: 50%; top: 50%; width: var(--side);
  height: var(--side); max-width: none; transform: translate(-50%, -50%); }
#poster.whole { left: 0; top: 0; width: 100%; height: 100%; object-fit: contain; transform: none; }
.words-below { position: fixed; left: 0; right: 0; bottom: 0; padding: 64px 24px 20px;
  background: linear-gradient(to top, rgb(0 0 0 / 84%), rgb(0 0 0 / 68%) calc(100% - 64px), transparent); }
.words-below h1 { margin: 0; font-size: 1.25rem; overflow-wrap: anywhere; }
.words-below p { margin: 4px 0 0; max-width: 60ch; }
.scripted .words-below { visibility: hidden; }`;

/** What shows this page in another one. It may be sandboxed: it needs nothing but its scripts. */
function snippetOf(name: string, title: string): string {
  return (
    `<iframe src="${escaped(encodeURIComponent(name))}.html" title="${escaped(title)}" width="640" height="360" ` +
    'style="border: 0; max-width: 100%" sandbox="allow-scripts allow-popups" allow="clipboard-write" loading="lazy"></iframe>'
  );
}

/** The recipe as JSON that contains nothing which could end the script element around it. */
function jsonOf(sweep: Sweep): string {
  return writeRecipe(sweep).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Text for HTML: between tags, in attributes between double quotes, and in comments, which only ">" can end. */
function escaped(text: string): string {
  return text.replace(/[&<>"'\r\0]/g, (character) =>
    character === '\0' ? '\ufffd' : `&#${character.charCodeAt(0)};`,
  );
}

function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
