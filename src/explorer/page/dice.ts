/** The dice: of several random networks, the one with the most to see. */
import {
  type Candidate,
  type Interest,
  isWorthSeeing,
  interestOf as measured,
  mostInteresting,
} from '../../core/frame/interest.js';
import { brightnessPlanes, evaluate } from '../../renderers/cpu/planes.js';
import { type ExplorerDocument, type Picture, pictureAt } from '../state/document.js';
import { networks } from '../state/networks.js';
import { withSeed } from '../state/settings.js';
import { interestIn, isQuick, SKETCH } from '../state/sketch.js';
import { plane } from './current-plane.js';
import { dispatch, state } from './store.js';

/** How many networks are tried. */
const TRIES = 12;
/** How long they may take, in milliseconds: large networks are slow, and the best one so far must do. */
const PATIENCE = 400;
/** Seeds are numbers below this, so that they are easy to read and to tell. */
const MOST_SEEDS = 100_000;

let rolling: AbortController | undefined;

/** Tries several networks like the one that is shown, and opens the most interesting. Cancels an earlier roll. */
export async function rollDice(): Promise<void> {
  rolling?.abort();
  const controller = new AbortController();
  rolling = controller;
  const { document } = state.peek();
  const candidates: Candidate<ExplorerDocument>[] = [];
  const started = performance.now();
  try {
    for (let i = 0; i < TRIES; i++) {
      const seed = Math.floor(Math.random() * MOST_SEEDS);
      const subject = withSeed(document, seed, networks[0].document);
      const picture = pictureAt({ ...subject, sweep: { ...subject.sweep, pace: 'tracks' } }, 0, evaluate);
      candidates.push({ subject, interest: await interestOf(picture, controller.signal) });
      controller.signal.throwIfAborted();
      const isLate = performance.now() - started > PATIENCE;
      if (isLate && candidates.some(({ interest }) => isWorthSeeing(interest))) break;
    }
  } catch (error) {
    if (controller.signal.aborted) return;
    dispatch({ type: 'message', text: (error as Error).message });
    return;
  }
  if (rolling === controller) rolling = undefined;
  if (state.peek().document !== document) return; // the user has gone on
  const { best } = mostInteresting(candidates);
  dispatch({ type: 'open', document: best.subject });
  if (isWorthSeeing(best.interest)) return;
  const text = `All ${candidates.length} networks tried are almost one colour, or noise: try another weight scale.`;
  dispatch({ type: 'message', text });
}

/** Small networks are evaluated here, as the plane's threads are busy while anything moves. */
async function interestOf(picture: Picture, signal: AbortSignal): Promise<Interest> {
  const drawer = plane.peek();
  if (!drawer || isQuick(picture)) {
    await new Promise((done) => setTimeout(done)); // lets the page answer in between
    return interestIn(picture, brightnessPlanes);
  }
  const image = await drawer.thumbnail(picture, ...SKETCH, signal);
  return measured(image.data, ...SKETCH);
}
