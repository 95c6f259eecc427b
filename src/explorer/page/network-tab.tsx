/** @jsxImportSource preact */
/** The tab of the network: a control for each parameter of the tables, and two switches. */
import { computed, useSignal } from '@preact/signals';
import { Fragment } from 'preact';
import { nameOf, type Placed, placedParameters } from '../state/paths.js';
import { WEIGHT_SCALE } from './big-slider.js';
import { isColour } from './colour-tab.js';
import { Control, Refinements } from './controls/control.js';
import { shownDocument } from './controls/current.js';
import { SwitchRow } from './controls/switch-row.js';
import { dispatch } from './store.js';

const ours = placedParameters.filter((placed) => !isColour(placed));
const keyOf = ({ path }: Placed) => nameOf(path);
const isWeightScale = (placed: Placed) => keyOf(placed) === nameOf(WEIGHT_SCALE);
const first = ours.filter(({ parameter }) => parameter.ui.level === 'first');
/** The parameter of the large slider comes first. */
const inOrder = [...first.filter(isWeightScale), ...first.filter((placed) => !isWeightScale(placed))];
const more = ours.filter(({ parameter }) => parameter.ui.level === 'more');

const keepsChaos = computed(() => shownDocument.value.keepChaos);
const keepsDetail = computed(() => shownDocument.value.keepDetail);

export function NetworkTab() {
  const isOpen = useSignal(false);
  return (
    <div class="controls">
      {inOrder.map((placed) => (
        <Fragment key={keyOf(placed)}>
          <Control {...placed} />
          <Keeping {...placed} />
        </Fragment>
      ))}
      <details
        class="controls-more"
        open={isOpen.value}
        onToggle={({ currentTarget }) => {
          isOpen.value = currentTarget.open;
        }}
      >
        <summary class="button">More</summary>
        {isOpen.value && (
          <div class="controls">
            {more.map((placed) => (
              <Control key={keyOf(placed)} {...placed} />
            ))}
            {ours.map((placed) => (
              <Refinements key={keyOf(placed)} {...placed} />
            ))}
          </div>
        )}
      </details>
    </div>
  );
}

/** The switch that belongs to a parameter. */
function Keeping({ path, parameter }: Placed) {
  if ('layered' in parameter) {
    return (
      <SwitchRow
        label="Keep chaos"
        explanation="When the units, activation, distribution or initialisation change, the weight scale follows, so that the network stays as ordered or chaotic as it is."
        isOn={keepsChaos.value}
        onChange={(on) => dispatch({ type: 'switch', name: 'keepChaos', on })}
      />
    );
  }
  if (path.at(-1) !== 'halfWidth') return null;
  return (
    <SwitchRow
      label="Keep detail"
      explanation="Zooming in adds layers, and zooming out removes them, so that there is always something to see."
      isOn={keepsDetail.value}
      onChange={(on) => dispatch({ type: 'switch', name: 'keepDetail', on })}
    />
  );
}
