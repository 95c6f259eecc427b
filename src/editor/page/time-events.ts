/**
 * A scene's time events in the editor. Motion Canvas fixes every event at the time at which it first happened, and
 * saves that when the scene is opened: the film would keep its length when a tween before the event is shortened. Here,
 * only events that the user has dragged keep their time, and only drags are saved.
 */
import type { FullSceneDescription, Scene } from '@motion-canvas/core';

/** An event with its time in the scene, in seconds, as in .meta files. */
export interface SavedEvent {
  name: string;
  targetTime: number;
}

/** The private parts of Motion Canvas's EditableTimeEvents that we use. */
interface EditableEvents {
  /** All events ever seen, and those that the scene reached when it was last played. */
  lookup: Map<string, SavedEvent & { initialTime: number; offset: number }>;
  registeredEvents: Map<string, SavedEvent>;
  set(name: string, offset: number, preserve?: boolean): void;
  register(name: string, initialTime: number): number;
}
type EventsClass = new (scene: Scene) => EditableEvents;
type SceneClass = new (description: { meta: unknown; timeEventsClass: EventsClass }) => Scene;

/**
 * Makes the player's instance of a scene fix only dragged events.
 * @param onDragged - Called with all dragged events after a drag, once the scene has been played again.
 */
export function holdOnlyDragged(
  description: FullSceneDescription,
  onDragged: (events: SavedEvent[]) => void,
): void {
  const { klass, meta } = description as unknown as { klass: SceneClass; meta: unknown };
  const subclass = class extends klass {
    constructor(given: ConstructorParameters<SceneClass>[0]) {
      // Renders and presentations get a copy of the settings, and read the events only.
      const edited = given.meta === meta;
      super(edited ? { ...given, timeEventsClass: heldIf(given.timeEventsClass, meta, onDragged) } : given);
    }
  };
  Object.assign(description, { klass: subclass });
}

function heldIf(base: EventsClass, meta: unknown, onDragged: (events: SavedEvent[]) => void): EventsClass {
  const { timeEvents } = meta as { timeEvents: { get(): SavedEvent[] } };
  const dragged = new Set(timeEvents.get().map(({ name }) => name));
  return class extends base {
    #unsaved = false;

    constructor(scene: Scene) {
      super(scene);
      scene.onRecalculated.subscribe(() => {
        if (!this.#unsaved) return;
        this.#unsaved = false;
        const all = [...this.registeredEvents.values()].filter(({ name }) => dragged.has(name));
        onDragged(all.map(({ name, targetTime }) => ({ name, targetTime })));
      });
    }

    override set(name: string, offset: number, preserve?: boolean): void {
      if (offset > 0) dragged.add(name);
      else dragged.delete(name); // dragged back to where the scene reaches it
      this.#unsaved = true;
      super.set(name, offset, preserve);
    }

    override register(name: string, initialTime: number): number {
      const known = this.lookup.get(name);
      if (known && !dragged.has(name))
        this.lookup.set(name, { ...known, initialTime, targetTime: initialTime, offset: 0 });
      return super.register(name, initialTime);
    }
  };
}
