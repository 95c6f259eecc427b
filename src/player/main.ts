/**
 * The page in an exported HTML file: it draws the network of the recipe in the page. src/exporters/html.ts writes the
 * file, and build/player.js bundles this program.
 */
import { parseRecipe } from '../core/recipe/recipe.js';
import { isWorker, work } from './host.js';
import { startPage } from './page.js';

/** Adds the page's style sheet; build/player.js puts its text here. */
declare const PLAYER_STYLE: string;

async function start(): Promise<void> {
  const recipe = document.getElementById('recipe')!;
  const { sweep } = parseRecipe(recipe.textContent ?? '');
  if (!sweep) return;
  const style = document.createElement('style');
  style.textContent = PLAYER_STYLE;
  document.head.append(style);
  await startPage(sweep, recipe.dataset);
}

function failed(error: Error): void {
  document.documentElement.classList.remove('scripted'); // the poster and the sentence remain
  console.error(`Untrained: ${error.message}`);
}

if (isWorker()) work();
else start().catch(failed);
