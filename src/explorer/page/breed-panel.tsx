/** @jsxImportSource preact */
/** Breed's tab: going back, mixing, locking what is to stay, and the network's lineage. */
import { breedable } from '../state/breed.js';
import { ancestry, lineageAt } from '../state/lineage.js';
import { nameOf } from '../state/paths.js';
import { again, back, hasParent, lock, locked, marked, mix, parents, walkThere } from './breeding.js';
import { dispatch, state } from './store.js';

export function Breed() {
  return (
    <div class="breed-panel">
      {parents.value ? <Mixing /> : <Choosing />}
      <Locks />
      <Line />
    </div>
  );
}

function Choosing() {
  const count = marked.value.length;
  return (
    <>
      <p class="hint">
        Each neighbour differs from this network in one way. Pick one to continue with, or mark two to mix
        them.
      </p>
      <p class="hint breed-keys">Keys: arrows and Enter, or 1 to 9; M to mark, R for other neighbours.</p>
      <div class="buttons">
        <button type="button" class="button" aria-disabled={!hasParent.value} onClick={back}>
          Back
        </button>
        <button type="button" class="button" title="Other neighbours (R)" onClick={again}>
          Others
        </button>
        <button type="button" class="button" aria-disabled={count < 2} onClick={mix}>
          {count < 2 ? `Mix (${count} of 2 marked)` : 'Mix the two'}
        </button>
      </div>
    </>
  );
}

function Mixing() {
  return (
    <>
      <p class="hint">Steps from one network to the other. Pick one to continue with.</p>
      <div class="buttons">
        <button type="button" class="button" onClick={back}>
          Back
        </button>
        <button type="button" class="button primary" onClick={walkThere}>
          Walk between them
        </button>
      </div>
    </>
  );
}

/** The parameters that breeding may change. */
function Locks() {
  return (
    <fieldset>
      <legend class="group-title">Lock what is to stay</legend>
      <div class="buttons">
        {breedable(state.value.document).map(({ path, parameter }) => (
          <button
            key={nameOf(path)}
            type="button"
            class="button breed-lock"
            aria-pressed={locked.value.has(nameOf(path))}
            onClick={() => lock(nameOf(path))}
          >
            {parameter.label}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

/** How the network came about, newest first. */
function Line() {
  const { lineage, document } = state.value;
  if (!lineage) return null;
  const now = lineageAt(lineage, document);
  const line = ancestry(now).reverse();
  if (line.length < 2) return null;
  return (
    <nav aria-label="Lineage">
      <h3 class="group-title">Lineage</h3>
      <ol class="breed-line">
        {line.map((index) => (
          <li key={index}>
            <button
              type="button"
              class="button"
              aria-current={index === now.current ? 'step' : undefined}
              onClick={() => dispatch({ type: 'ancestor', index })}
            >
              {now.networks[index].caption || 'the first network'}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}
