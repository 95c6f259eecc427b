/** @jsxImportSource preact */
/** Components that are not needed for the first picture: their modules are loaded when they are first shown. */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { dispatch } from './store.js';

/** A component that shows nothing until its module has been loaded. */
export function lazily(load: () => Promise<ComponentType>): ComponentType {
  let loaded: ComponentType | undefined;
  return function Lazily() {
    const [Component, show] = useState<ComponentType | undefined>(() => loaded);
    useEffect(() => {
      if (loaded) return;
      load().then(
        (component) => {
          loaded = component;
          show(() => component);
        },
        () => dispatch({ type: 'message', text: 'Part of the page failed to load: reload the page.' }),
      );
    }, []);
    return Component ? <Component /> : null;
  };
}
