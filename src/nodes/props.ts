/** The types of nodes' props. */
import type { SignalValue } from '@motion-canvas/core';

/** A signal that can be set, reduced to the part that has the type of the values that it accepts. */
type Settable<Value> = { context: { parse(value: Value): unknown } };

/** The names of the signals that a node has besides those of its base class. */
type OwnSignals<Node, Base> = {
  [Name in Exclude<keyof Node, keyof Base>]: Node[Name] extends Settable<never> ? Name : never;
}[Exclude<keyof Node, keyof Base>];

/** A separate type, because only the names of a type parameter keep the signals' docblocks. */
type Props<Node, Names extends keyof Node> = {
  [Name in Names]?: Node[Name] extends Settable<infer Value> ? SignalValue<Value> : never;
};

/** The props that set a node's own signals. An editor shows a signal's docblock for its prop too. */
export type SignalProps<Node, Base> = Props<Node, OwnSignals<Node, Base>>;
