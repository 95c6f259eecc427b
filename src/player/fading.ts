/** Without input, the controls of a film that plays fade out. They stay while they have focus or a pointer. */

/** In milliseconds. */
const PATIENCE = 3000;
const INPUT = ['pointermove', 'pointerdown', 'wheel', 'keydown', 'focusin', 'input'] as const;

/**
 * Fades the controls out after PATIENCE without input, and back in at the next input: the page has the class `idle`.
 * @param mayFade - Whether they may fade now.
 */
export function watchFading(controls: HTMLElement, mayFade: () => boolean): void {
  const { classList } = document.documentElement;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let place = '';
  const isInUse = () =>
    controls.querySelector(':focus-visible') !== null ||
    (matchMedia('(hover: hover)').matches && controls.querySelector('.row > :hover') !== null) ||
    document.querySelector('dialog') !== null;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (isInUse() || !mayFade()) wait();
      else classList.add('idle');
    }, PATIENCE);
  };
  const noted = (event: Event) => {
    if (event instanceof PointerEvent && event.type === 'pointermove') {
      // Browsers also send this event when something else moves below a cursor at rest.
      const now = `${event.screenX} ${event.screenY}`;
      if (now === place) return;
      place = now;
    }
    classList.remove('idle');
    wait();
  };
  for (const type of INPUT) addEventListener(type, noted, { capture: true, passive: true });
  wait();
}
