/** The dice: of several random networks, the one with the most to see. */
import { type Candidate, interestOf, isWorthSeeing, mostInteresting } from '../../core/frame/interest.js';
import { evaluate } from '../../renderers/cpu/planes.js';
import { type ExplorerDocument, pictureAt } from '../state/document.js';
import { networks } from '../state/networks.js';
import { withSeed } from '../state/settings.js';
import { plane } from './stage.js';
import { dispatch, state } from './store.js';

/** How many networks are tried. */
const TRIES = 12;
/** The size of their pictures, in pixels. */
const [WIDTH, HEIGHT] = [64, 40];
/** How long they may take, in milliseconds: large networks are slow, and the best one so far must do. */
const PATIENCE = 400;
/** Seeds are numbers below this, so that they are easy to read and to tell. */
const MOST_SEEDS = 100_000;

let rolling: AbortController | undefined;

/** Tries several networks like the one that is shown, and opens the most interesting. Cancels an earlier roll. */
export async function rollDice(): Promise<void> {
  const drawer = plane.peek();
  if (!drawer) return;
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
      const image = await drawer.thumbnail(picture, WIDTH, HEIGHT, controller.signal);
      candidates.push({ subject, interest: interestOf(image.data, WIDTH, HEIGHT) });
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
  const text = `All ${candidates.length} networks are nearly a single colour, or noise: try another weight scale.`;
  dispatch({ type: 'message', text });
}
