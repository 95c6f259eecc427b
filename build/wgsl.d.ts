import type { Plugin } from 'vite';

export function moduleOf(path: string): string;
export function writeModules(from: string, to: string): void;
export function wgsl(): Plugin;
