/** @jsxImportSource preact */
/** The control of a parameter, chosen by its kind. A new entry of the parameter tables needs no code here. */

import { mixes, type Parameter } from '../../../core/parameters/parameter.js';
import type { Placed } from '../../state/paths.js';
import { ActivationChoice } from './activation-choice.js';
import { ChoiceRow, type Choices, SecondChoice } from './choice-row.js';
import { setValue, useIsSet, useValue } from './current.js';
import { FeaturesRow } from './features-row.js';
import { FoldRow } from './fold-row.js';
import { isLayered, ListRow } from './list-row.js';
import { PointRow } from './point-row.js';
import { SecondSeed } from './seed-row.js';
import { SlicePad, SliceSliders } from './slice-rows.js';
import { SliderRow } from './slider-row.js';
import { SwitchRow } from './switch-row.js';
import { WeightsRow } from './weights-row.js';
import { explanation } from './wording.js';

/** The control of a parameter in the panel. */
export function Control({ path, parameter }: Placed) {
  switch (parameter.kind) {
    case 'number':
    case 'integer':
      return <NumberRow path={path} parameter={parameter} />;
    case 'point':
      return <PointRow path={path} parameter={parameter} names={['x', 'y']} />;
    case 'numbers':
      return <SlicePad path={path} parameter={parameter} />;
    case 'choice':
      return parameter.layered ? (
        <ActivationChoice path={path} parameter={parameter as Choices} />
      ) : (
        <ChoiceRow path={path} parameter={parameter as Choices} />
      );
    case 'features':
      return <FeaturesRow path={path} parameter={parameter} />;
    case 'fold':
      return <FoldRow path={path} parameter={parameter} />;
    case 'weights':
      return <WeightsRow path={path} parameter={parameter} />;
    case 'flag':
      return <FlagRow path={path} parameter={parameter} />;
    default:
      return null; // `seed` and `shown` have places of their own
  }
}

/** What else a parameter can be, beyond what its control shows: a mix of two, a list, further numbers. */
export function Refinements({ path, parameter }: Placed) {
  return (
    <>
      {parameter.kind === 'seed' && <SecondSeed path={path} />}
      {parameter.kind === 'choice' && mixes(parameter) && (
        <SecondChoice path={path} parameter={parameter as Choices} />
      )}
      {isLayered(parameter) && <ListRow path={path} parameter={parameter} />}
      {parameter.kind === 'numbers' && <SliceSliders path={path} parameter={parameter} />}
    </>
  );
}

/** A slider. If the default follows from other parameters, a button links the parameter to them, or unlinks it. */
function NumberRow({ path, parameter }: Placed) {
  const value = useValue(path);
  const isSet = useIsSet(path);
  if (typeof value !== 'number') return null; // a list, which has a field
  const isLinkable = parameter.default === undefined && parameter.defaultNote !== undefined;
  const unit = 'unit' in parameter ? (parameter as { unit?: string }).unit : undefined;
  return (
    <SliderRow path={path} label={parameter.label} explanation={explanation(parameter)} unit={unit}>
      {isLinkable && (
        <button
          type="button"
          class="button control-link"
          aria-pressed={!isSet}
          title={`By default: ${parameter.defaultNote?.replaceAll('`', '')}`}
          onClick={() => setValue(path, isSet ? undefined : value)}
        >
          Linked
        </button>
      )}
    </SliderRow>
  );
}

function FlagRow({ path, parameter }: { path: Placed['path']; parameter: Parameter }) {
  return (
    <SwitchRow
      label={parameter.label}
      explanation={explanation(parameter)}
      isOn={useValue(path) === true}
      onChange={(isOn) => setValue(path, isOn)}
    />
  );
}
