/** Nodes for Motion Canvas 3.17: networks as pictures, surfaces, curves and diagrams. In any project of yours. */
export { activationBetween, seedBetween, zoomBetween } from './between.js';
export { NetworkField, type NetworkFieldProps } from './network-field.js';
export { NetworkNode, type NetworkNodeProps } from './network-node.js';
export type { Shown } from './shown.js';
