/** The losses of training runs, drawn up to the current step. */
import { Circle, Line, Txt } from '@motion-canvas/2d';
import type { BBox, ReferenceReceiver, SimpleSignal } from '@motion-canvas/core';
import { Axes, Curve, type Theme } from 'untrained/nodes';
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

/** Axes with a curve for each run, named by its weight scale. Hidden at first. */
export function LossPlot({ ref, box, theme, step, last, curves }: LossPlotProps) {
  const { colours, small, stroke } = theme;
  const label = { fontSize: 0.85 * small, fill: colours.quiet };
  const top = 1.3 * Math.max(...curves.map(({ run }) => run.lossAt(0))); // with room for a name
  const axes = (
    <Axes
      ref={ref}
      position={box.center.addY(-0.1 * small)}
      size={[box.width, box.height - 3 * small]}
      domainX={[0, place(last)]}
      domainY={[0, top]}
      ticksX={3}
      ticksY={1}
      labelSize={0}
      opacity={0}
    />
  ) as Axes;
  const at = (x: number, loss: number, [right, down]: [number, number]) =>
    axes.toLocal(x, loss).add([right * small, down * small]);
  axes.add(
    <>
      <Txt {...label} text={'loss'} offset={[1, 1]} position={() => at(place(last), top, [0, -0.2])} />
      {[1, 10, 100, 1000].map((tick) => (
        <Txt
          {...label}
          text={tick === 1 ? '1 step' : written(tick)}
          offset={[tick === 1 ? -1 : 0, 0]}
          position={() => at(place(tick), 0, [0, 0.8])}
        />
      ))}
      <Line
        points={() => [0, place(last)].map((x) => axes.toLocal(x, 0))}
        stroke={colours.line}
        lineWidth={0.4 * stroke}
      />
      {curves.flatMap(({ run, colour }) => [
        <Curve
          graph={() => {
            const now = place(step());
            return { f: (x: number) => (x > now ? Number.NaN : run.lossAt(10 ** x)) };
          }}
          detail={401}
          stroke={colour}
        />,
        <Circle
          size={2.6 * stroke}
          fill={colour}
          position={() => at(place(step()), run.lossAt(step()), [0, 0])}
        />,
        <Txt
          {...label}
          text={`weight scale ${run.weightScale}`}
          fill={colour}
          offset={[-1, 1]}
          position={() => at(0, run.lossAt(0), [0.5, -0.3])}
        />,
      ])}
    </>,
  );
  return axes;
}
