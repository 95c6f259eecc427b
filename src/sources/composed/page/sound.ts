/** A film's sound: the project's audio, and the videos that play in its scenes. */
import { Video } from '@motion-canvas/2d';
import { DependencyContext, type ProjectSettings, type Scene } from '@motion-canvas/core';
import { followed } from '../../../nodes/listening.js';
import type { FilmSound, VideoSound } from './protocol.js';
import { type Playing, soundsOf } from './video-sounds.js';

/** Collects the videos of scenes, while these are played. */
export class Videos {
  private readonly nodes = new Map<Scene, Set<Video>>();
  /** What each node plays in each frame, in order. */
  private readonly playing = new Map<Video, Playing[]>();

  /** Notes the videos that a scene creates from now on. */
  watch(scene: Scene): void {
    const internals = scene as unknown as { registerNode(node: unknown, key?: string): unknown };
    const register = internals.registerNode.bind(scene);
    internals.registerNode = (node, key) => {
      if (node instanceof Video) this.nodes.set(scene, (this.nodes.get(scene) ?? new Set()).add(node));
      return register(node, key);
    };
  }

  /** Whether any scene has created a video. */
  get any(): boolean {
    return this.nodes.size > 0;
  }

  /** Notes what is playing in the scenes that are shown in a frame. Waits for videos whose length is not known yet. */
  async look(frame: number, scenes: readonly (Scene | null)[]): Promise<void> {
    for (const scene of scenes) {
      if (!scene) continue;
      const { execute, getView } = scene as unknown as {
        execute(work: () => void): void;
        getView(): unknown;
      };
      const view = getView.call(scene);
      const lookAt = () => {
        const found: [Video, Playing][] = [];
        for (const node of this.nodes.get(scene) ?? []) {
          const playing = isIn(node, view) ? playingIn(node, frame) : undefined;
          if (playing) found.push([node, playing]);
        }
        return found;
      };
      let found: [Video, Playing][] = [];
      execute.call(scene, () => {
        found = lookAt();
      });
      if (DependencyContext.hasPromises()) {
        await DependencyContext.consumePromises(); // lengths that were not known
        execute.call(scene, () => {
          found = lookAt();
        });
      }
      for (const [node, playing] of found) {
        const list = this.playing.get(node);
        if (list) list.push(playing);
        else this.playing.set(node, [playing]);
      }
    }
  }

  /** The parts of videos that are heard. */
  sounds(fps: number): VideoSound[] {
    const sounds = [...this.playing.values()].flatMap((playing) => soundsOf(playing, fps));
    return sounds.map((sound) => ({ ...sound, src: absolute(sound.src) })).sort((a, b) => a.at - b.at);
  }

  /** Forgets everything, so that nodes can be released. */
  clear(): void {
    this.nodes.clear();
    this.playing.clear();
  }
}

/** Whether a node is in the tree below a view. */
function isIn(node: Video, view: unknown): boolean {
  let top: { parent(): unknown } = node;
  for (let next = top.parent(); next; next = top.parent()) top = next as typeof top;
  return top === view;
}

function playingIn(node: Video, frame: number): Playing | undefined {
  const src = node.src();
  if (!node.isPlaying() || !src) return undefined;
  const [time, length] = [node.getCurrentTime(), node.getDuration()];
  const repeats = node.loop();
  if (!repeats && time >= length) return undefined; // at its end
  return { frame, src, time, rate: node.playbackRate(), period: repeats ? length : undefined };
}

const absolute = (address: string) => new URL(address, location.href).href;

/** A project's audio, the sounds of its videos, and the sounds that its scenes follow. */
export function filmSound({ audio, audioOffset }: ProjectSettings, videos: VideoSound[]): FilmSound {
  const named = typeof audio === 'string' && audio !== '';
  return {
    audio: named ? { src: absolute(audio), name: audio, offset: audioOffset } : undefined,
    videos,
    followed: [...followed].map((text) => {
      const [file, offset] = JSON.parse(text) as [string, number];
      return { file, offset };
    }),
  };
}
