/// <reference types="@motion-canvas/core/project" resolution-mode="require" preserve="true" />
// (Motion Canvas's declarations need this reference; its own projects include it too.)

/** Nodes for any Motion Canvas 3.17 project: networks as pictures, surfaces, curves and diagrams. */

export {
  aboveWords,
  aroundPicture,
  belowHeading,
  boxOf,
  columnsFor,
  cut,
  emptySpace,
  planeIn,
  type Shape,
  shapeOf,
  spiral,
  split,
  squareIn,
  surfaceIn,
} from './arrange.js';
export { Axes, type AxesProps, type Scale } from './axes.js';
export { activationBetween, seedBetween, zoomBetween } from './between.js';
export type { Point3 } from './camera.js';
export { ChaosGauge, type ChaosGaugeProps } from './chaos-gauge.js';
export { Curve, type CurveProps, type LabelSide } from './curve.js';
export { Gauge, type GaugeProps } from './gauge.js';
export type { Graph } from './graph.js';
export { Heading, type HeadingProps } from './heading.js';
export { HeightMap, type HeightMapProps } from './height-map.js';
export { LinearRegions, type LinearRegionsProps } from './linear-regions.js';
export { beats, listen, listeningWith, type Placed } from './listening.js';
export { LowerThird, type LowerThirdProps } from './lower-third.js';
export { ManifoldCurve, type ManifoldCurveProps } from './manifold-curve.js';
export { NetworkDiagram, type NetworkDiagramProps } from './network-diagram.js';
export { NetworkField, type NetworkFieldProps } from './network-field.js';
export {
  type GridFlow,
  type GridItem,
  type LabelPlace,
  NetworkGrid,
  type NetworkGridProps,
} from './network-grid.js';
export { NetworkNode, type NetworkNodeProps } from './network-node.js';
export { closedPath } from './path.js';
export { PixelPainting, type PixelPaintingProps } from './pixel-painting.js';
export { Probe, type ProbeProps } from './probe.js';
export { type Excerpt, SceneView, type SceneViewProps } from './scene-view.js';
export type { FieldShown, Shown } from './shown.js';
export { type Composed, withTeaser } from './teaser.js';
export {
  type Colours,
  canvasFont,
  dark,
  dress,
  FONT_FAMILY,
  light,
  loadFont,
  type Theme,
  themeFor,
  themeOf,
} from './theme.js';
export { Title, type TitleProps } from './title.js';
export { TypedText, type TypedTextProps } from './typed-text.js';
export { UnitWall, type UnitWallProps } from './unit-wall.js';
