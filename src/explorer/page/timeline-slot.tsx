/** @jsxImportSource preact */
/** The place of the timeline, which is empty until something moves. */
import { moves } from '../state/document.js';
import { lazily } from './lazily.js';
import { state } from './store.js';

const Timeline = lazily(() => import('./timeline.js').then(({ Timeline }) => Timeline));

export function TimelineSlot() {
  const { document, layout, drifting } = state.value;
  if ((!moves(document) || drifting) && !layout.timeline) return null;
  return (
    <div class="timeline-slot fades surface">
      <Timeline />
    </div>
  );
}
