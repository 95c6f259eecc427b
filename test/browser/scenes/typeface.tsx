import { makeScene2D } from '@motion-canvas/2d';
import { waitFor } from '@motion-canvas/core';
import {
  Axes,
  ChaosGauge,
  dark,
  dress,
  Gauge,
  Heading,
  LowerThird,
  NetworkGrid,
  Title,
  TypedText,
} from 'untrained/nodes';

/** Every node with text, in a typeface other than ours. */
export default makeScene2D(function* (view) {
  yield* dress(view, dark, { font: 'monospace' });
  view.add(
    <>
      <Heading title={'heading'} value={'value'} width={300} />
      <Title title={'title'} notes={['note']} width={300} />
      <Gauge width={300} text={'s'} from={'0'} to={'1'} marks={[[0.5, '2']]} />
      <NetworkGrid size={100} items={[{ layers: 2, label: 'label' }]} />
      <Axes size={100} nameX={'x'} nameY={'y'} />
      <ChaosGauge width={300} network={() => ({ layers: 9 })} />
      <TypedText width={300} height={100} text={'typed'} />
      <LowerThird title={'title'} note={'note'} text={'value'} from={'0'} to={'1'} />
    </>,
  );
  yield* waitFor(0.1);
});
