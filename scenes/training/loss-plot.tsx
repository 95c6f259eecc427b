/** The losses of training runs, drawn up to the current step. */
import type { BBox, ReferenceReceiver, SimpleSignal } from '@motion-canvas/core';
import { Axes, Curve, Probe, planeIn, type Theme } from 'untrained/nodes';
import { type Run, written } from './runs';

interface LossPlotProps {
  ref: ReferenceReceiver<Axes>;
  /** Where it is, its labels included. */
  box: BBox;
  theme: Theme;
  /** The current step, with a fraction. */
  step: SimpleSignal<number>;
  /** The last step of all runs. */
  last: number;
  curves: { run: Run; colour: string }[];
}

/** The position of a step on the axis, which is logarithmic: a picture changes most in the first hundred steps. */
const place = (step: number) => Math.log10(Math.max(1, step));

/** Axes with a curve for each run, named by the range of its first weights. Hidden at first. */
export function LossPlot({ ref, box, theme, step, last, curves }: LossPlotProps) {
  const now = () => place(step());
  return (
    <Axes
      ref={ref}
      {...planeIn(box, theme, { characters: 0 })}
      domainX={[0, place(last)]}
      domainY={[0, 1.6 * Math.max(...curves.map(({ run }) => run.lossAt(0)))]} // with room for a name
      ticksX={3}
      ticksY={1}
      writeX={(power) => written(10 ** power)}
      writeY={() => ''}
      nameX={'step'}
      nameY={'loss'}
      opacity={0}
    >
      {curves.map(({ run, colour }) => (
        <Curve
          graph={{ f: (x) => run.lossAt(10 ** x) }}
          until={now}
          detail={401}
          stroke={colour}
          area={0.16}
          label={`weights ±${run.weightScale}`}
        />
      ))}
      <Probe at={now} />
    </Axes>
  );
}
