/** Our plugin for Motion Canvas's editor. */
import type { Player, Project, Renderer } from '@motion-canvas/core';
import { watchPlayer } from '../../nodes/preview.js';
import { nodeInspector } from './inspector.js';
import type { OpenedScene } from './protocol.js';
import { keepToClock } from './real-time.js';
import { exporters, offerFormats } from './render.js';
import { Status } from './status.js';
import type { EditorPlugin } from './ui.js';

/** The plugin for the scene that the page has opened. */
export function untrainedPlugin(): EditorPlugin {
  const { name, path }: OpenedScene = JSON.parse(document.getElementById('scene')!.textContent!);
  const status = new Status();
  let project: Project;
  let player: Player;
  return {
    name: 'untrained',
    inspectors: [nodeInspector(path.endsWith('.tsx') ? 'node' : 'sweep')],
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
          playing && `${playing.shown} of ${playing.fps} frames per second: frames are skipped to keep time`,
        ),
      );
    },
    renderer(renderer: Renderer) {
      const { shared, rendering } = project.meta;
      const { x, y } = shared.size.get();
      const [size, fps] = [[x, y] as const, rendering.fps.get()];
      const seconds = () => player.status.framesToSeconds(player.playback.duration);
      offerFormats(renderer, project, name, () => ({ size, fps, seconds: seconds() }), status);
    },
  };
}
