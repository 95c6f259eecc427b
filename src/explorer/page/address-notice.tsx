/** @jsxImportSource preact */
/** Says that the address does not hold the network, which is too large for one, and offers its recipe as a file. */
import { writeRecipe } from '../../core/recipe/recipe.js';
import { isTooLong } from './address.js';
import { state } from './store.js';

export function AddressNotice() {
  if (!isTooLong.value) return null;
  return (
    <p class="address-notice surface row" role="status">
      This network is too large to fit in the page's address.
      <button type="button" class="button" onClick={save}>
        Save the recipe
      </button>
    </p>
  );
}

function save(): void {
  const text = writeRecipe(state.peek().document.sweep);
  const href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  Object.assign(document.createElement('a'), { href, download: 'recipe.json' }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}
