/** Our plugin for Motion Canvas's editor. */
import type { Player, Project, Renderer } from '@motion-canvas/core';
import type { EditorPlugin } from '@motion-canvas/ui';
import { watchPlayer } from '../../nodes/preview.js';
import { nodeInspector } from './inspector.js';
import { keepToClock } from './real-time.js';
import { exporters, offerFormats } from './render.js';
import { Status } from './status.js';

/**
 * @param scene - The scene's name in the editor.
 * @param isSweep - Whether it is a sweep, rather than a composed scene.
 */
export function untrainedPlugin(scene: string, isSweep: boolean): EditorPlugin {
  const status = new Status();
  let project: Project;
  let player: Player;
  return {
    name: 'untrained',
    inspectors: [nodeInspector(isSweep ? 'sweep' : 'node')],
    exporters: () => exporters,
    project(of) {
      project = of;
    },
    player(of) {
      player = of;
      watchPlayer(player, (isDrawing) => status.show('drawing', isDrawing ? 'Drawing …' : undefined));
      keepToClock(player, (playing) =>
        status.show(
          'playing',
          playing && `${playing.shown} of ${playing.fps} frames a second: frames are left out to keep time`,
        ),
      );
    },
    renderer(renderer: Renderer) {
      const { shared, rendering } = project.meta;
      const { x, y } = shared.size.get();
      const [size, fps] = [[x, y] as const, rendering.fps.get()];
      const seconds = () => player.status.framesToSeconds(player.playback.duration);
      offerFormats(renderer, project, scene, () => ({ size, fps, seconds: seconds() }), status);
    },
  };
}
