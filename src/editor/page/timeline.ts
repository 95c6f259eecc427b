/** Opens Motion Canvas's timeline with the whole film in view. By default, frame 0 is in the middle. */

/** The part of the timeline's width that the film takes up. */
const PART = 0.96;

/** @param project - The project's name, under which the editor keeps its settings. Call this before it is opened. */
export function showWholeFilm(project: string): void {
  localStorage.setItem(`${project}-timeline-scale`, `${PART}`);
  localStorage.removeItem(`${project}-timeline-offset`);
  const scroll = () => {
    const timeline = document.querySelector('main [class*=timelineWrapper]');
    const laidOut = timeline && timeline.scrollWidth > timeline.clientWidth;
    // Motion Canvas leaves half of the width free before frame 0 and after the end.
    if (laidOut) timeline.scrollLeft = timeline.clientWidth * (0.5 - (1 - PART) / 2);
    else requestAnimationFrame(scroll);
  };
  requestAnimationFrame(scroll);
}
