/**
 * The diagrams of the guide: boxes in columns, with arrows between them. The variable `diagram` chooses one.
 * `npm run docs -- --pictures` draws all of them.
 */
import { Circle, Layout, Line, makeScene2D, Rect, Txt } from '@motion-canvas/2d';
import { useScene, Vector2 } from '@motion-canvas/core';
import { buildNetwork, forward, networkSchema, paletteNames } from 'untrained';
import { dress, NetworkField } from 'untrained/nodes';

interface Box {
  /** By this arrows refer to it. */
  id: string;
  title: string;
  note?: string;
}

interface Diagram {
  /** From left to right, each from top to bottom. */
  columns: Box[][];
  /** From one box to another. */
  arrows: [from: string, to: string][];
}

const diagrams: Record<string, Diagram> = {
  cpu: {
    columns: [
      [{ id: 'frame', title: 'Frame', note: 'a description, as data' }],
      [
        { id: 'one', title: 'Thread 1', note: 'bands of rows' },
        { id: 'two', title: 'Thread 2', note: 'bands of rows' },
      ],
      [{ id: 'tile', title: 'Tile', note: 'a few samples, layer by layer' }],
      [{ id: 'block', title: 'Registers', note: 'sums of 3 units for 12 samples' }],
    ],
    arrows: [
      ['frame', 'one'],
      ['frame', 'two'],
      ['one', 'tile'],
      ['two', 'tile'],
      ['tile', 'block'],
    ],
  },
  gpu: {
    columns: [
      [{ id: 'frame', title: 'Frame', note: 'a description, as data' }],
      [
        { id: 'weights', title: 'Weights', note: 'uploaded once, scaled on the GPU' },
        { id: 'plan', title: 'Plan', note: 'kernels, workgroups, buffers' },
      ],
      [
        { id: 'narrow', title: 'Narrow kernel', note: 'all layers in one dispatch' },
        { id: 'dense', title: 'Dense kernel', note: 'a matrix product for each layer' },
      ],
      [{ id: 'finish', title: 'Colours', note: 'palette, mean, dither' }],
      [
        { id: 'film', title: 'ffmpeg', note: 'RGBA or yuv420p' },
        { id: 'page', title: 'Canvas', note: 'without reading back' },
      ],
    ],
    arrows: [
      ['frame', 'weights'],
      ['frame', 'plan'],
      ['weights', 'narrow'],
      ['plan', 'narrow'],
      ['plan', 'dense'],
      ['narrow', 'finish'],
      ['dense', 'finish'],
      ['finish', 'film'],
      ['finish', 'page'],
    ],
  },
  composed: {
    columns: [
      [{ id: 'scene', title: 'Scene', note: 'bundled with Vite' }],
      [
        { id: 'one', title: 'Page 1', note: 'Motion Canvas, frame by frame' },
        { id: 'two', title: 'Page 2', note: 'the same film, other frames' },
      ],
      [{ id: 'order', title: 'Queue', note: 'frames in order' }],
      [{ id: 'encoder', title: 'ffmpeg', note: 'one segment' }],
    ],
    arrows: [
      ['scene', 'one'],
      ['scene', 'two'],
      ['one', 'order'],
      ['two', 'order'],
      ['order', 'encoder'],
    ],
  },
  films: {
    columns: [
      [{ id: 'plan', title: 'Plan', note: 'a job: plain data' }],
      [
        { id: 'a', title: 'Segment 1', note: 'key 9f2c…' },
        { id: 'b', title: 'Segment 2', note: 'key 41d0…' },
        { id: 'c', title: 'Segment 3', note: 'key c7aa…' },
      ],
      [{ id: 'store', title: 'Store', note: 'files under keys: the cache, a folder, S3' }],
      [{ id: 'join', title: 'Join', note: 'one file, with its recipe' }],
    ],
    arrows: [
      ['plan', 'a'],
      ['plan', 'b'],
      ['plan', 'c'],
      ['a', 'store'],
      ['b', 'store'],
      ['c', 'store'],
      ['store', 'join'],
    ],
  },
  encoding: {
    columns: [
      [{ id: 'frames', title: 'Frames', note: 'RGBA or yuv420p' }],
      [
        { id: 'mp4', title: 'MP4', note: 'debanding, x264, BT.709' },
        { id: 'gif', title: 'GIF', note: 'a lossless copy, then palettes' },
        { id: 'copy', title: 'With a size limit', note: 'a lossless copy' },
      ],
      [
        { id: 'segments', title: 'Segments', note: 'joined without encoding again' },
        { id: 'ladder', title: 'Ladder', note: 'the best settings that fit' },
      ],
      [{ id: 'file', title: 'File', note: 'read back and checked' }],
    ],
    arrows: [
      ['frames', 'mp4'],
      ['frames', 'gif'],
      ['frames', 'copy'],
      ['mp4', 'segments'],
      ['gif', 'ladder'],
      ['copy', 'ladder'],
      ['segments', 'file'],
      ['ladder', 'file'],
    ],
  },
  explorer: {
    columns: [
      [{ id: 'change', title: 'Change', note: 'a drag, a slider, a name' }],
      [{ id: 'coarse', title: 'Coarse', note: 'a picture within 18 ms' }],
      [{ id: 'tiles', title: 'Tiles', note: '6 ms each, most visible first' }],
      [{ id: 'sharp', title: 'Full size', note: 'one sample per pixel' }],
      [{ id: 'sharper', title: '2 x 2 samples', note: 'then nothing runs' }],
    ],
    arrows: [
      ['change', 'coarse'],
      ['coarse', 'tiles'],
      ['tiles', 'sharp'],
      ['sharp', 'sharper'],
    ],
  },
  farm: {
    columns: [
      [{ id: 'render', title: 'render --queue', note: 'plans, queues, joins' }],
      [{ id: 'redis', title: 'Redis', note: 'segments to render' }],
      [
        { id: 'one', title: 'Worker', note: 'heartbeats; draws in a process of its own' },
        { id: 'two', title: 'Worker', note: 'on another machine' },
      ],
      [{ id: 'store', title: 'Store', note: 'a folder, S3 or Redis' }],
    ],
    arrows: [
      ['render', 'redis'],
      ['redis', 'one'],
      ['redis', 'two'],
      ['one', 'store'],
      ['two', 'store'],
    ],
  },
  sound: {
    columns: [
      [
        { id: 'file', title: 'Sound file', note: 'not trusted' },
        { id: 'video', title: 'Video nodes', note: 'and a project’s audio' },
      ],
      [
        { id: 'hear', title: 'listen, beats', note: 'keyframes in the recipe' },
        { id: 'mix', title: 'Mix', note: 'clips, repeats, fades, limiter' },
      ],
      [
        { id: 'pictures', title: 'Pictures', note: 'follow the numbers' },
        { id: 'encode', title: 'Encode once', note: 'AAC, Opus or PCM' },
      ],
      [{ id: 'film', title: 'Film', note: 'joined without encoding again' }],
    ],
    arrows: [
      ['file', 'hear'],
      ['file', 'mix'],
      ['video', 'mix'],
      ['hear', 'pictures'],
      ['mix', 'encode'],
      ['pictures', 'film'],
      ['encode', 'film'],
    ],
  },
};

const INK = '#f3f5f8';
const SOFT = '#b9c0cb';
const ACCENT = '#a9c8ff';

export default makeScene2D(function* (view) {
  yield* dress(view);
  const chosen = useScene().variables.get('diagram', 'films')();
  if (chosen === 'adaptive') view.add(adaptive(view.height()));
  else if (chosen === 'palettes') view.add(palettes(view.size()));
  else view.add(boxes(diagrams[chosen], view.size()));
});

/** Boxes and arrows over the whole view. */
function boxes({ columns, arrows }: Diagram, size: Vector2) {
  const pitch = size.x / columns.length;
  const width = Math.min(0.78 * pitch, 560);
  const height = 230;
  const at = new Map<string, Vector2>();
  columns.forEach((column, x) => {
    column.forEach(({ id }, y) => {
      at.set(
        id,
        new Vector2(
          (x + 0.5 - columns.length / 2) * pitch,
          (y + 0.5 - column.length / 2) * (size.y / Math.max(column.length, 3)) * 0.98,
        ),
      );
    });
  });
  const edge = (id: string, side: number) => at.get(id)!.addX((side * width) / 2);
  return (
    <Layout>
      {arrows.map(([from, to]) => (
        <Line
          points={[edge(from, 1), edge(to, -1).addX(-12)]}
          stroke={ACCENT}
          lineWidth={6}
          endArrow
          arrowSize={26}
        />
      ))}
      {columns.flat().map(({ id, title, note }) => (
        <Rect
          position={at.get(id)!}
          size={[width, height]}
          radius={24}
          fill={'#171b22'}
          stroke={'#39414f'}
          lineWidth={4}
        >
          <Txt
            text={title}
            y={note ? -42 : 0}
            fontSize={52}
            fontWeight={600}
            fill={INK}
            maxWidth={width - 40}
            textWrap
          />
          {note && (
            <Txt
              text={note}
              y={48}
              fontSize={36}
              lineHeight={44}
              fill={SOFT}
              width={width - 48}
              textAlign={'center'}
              textWrap
            />
          )}
        </Rect>
      ))}
    </Layout>
  );
}

/** One network in every palette. */
function palettes(size: Vector2) {
  const columns = 8;
  const rows = Math.ceil(paletteNames.length / columns);
  const cell = new Vector2(size.x / columns, size.y / rows);
  const side = Math.min(cell.x, cell.y - 50) - 16;
  return (
    <Layout>
      {paletteNames.flatMap((palette, i) => {
        const at = new Vector2(
          (i % columns) + 0.5 - columns / 2,
          Math.floor(i / columns) + 0.5 - rows / 2,
        ).mul(cell);
        return [
          <NetworkField
            position={at.addY(-25)}
            size={[cell.x - 16, side]}
            seed={7}
            layers={9}
            palette={palette}
          />,
          <Txt text={palette} position={at.addY(side / 2)} fontSize={36} fill={SOFT} />,
        ];
      })}
    </Layout>
  );
}

/** The side of a block, in pixels. */
const BLOCK = 64;

/**
 * A block of 64 x 64 pixels of a network, and the pixels that adaptive evaluation would compute for it, by the rule of
 * src/renderers/cpu/adaptive.ts for one colour and without its margins.
 */
function adaptive(side: number) {
  const spec = networkSchema.parse({ seed: 18, layers: 7, units: 12, weightScale: 0.9, outputs: 1 });
  const network = buildNetwork(spec);
  const centre: [number, number] = [0.4, 0.1];
  const halfWidth = 1.9;
  const value = (x: number, y: number) =>
    forward(network, [
      centre[0] + halfWidth * ((2 * (x + 0.5)) / BLOCK - 1),
      centre[1] - halfWidth * ((2 * (y + 0.5)) / BLOCK - 1),
    ])[0];
  const pixel = (0.9 * side) / BLOCK;
  const points: Vector2[] = [];
  const third = (get: (i: number) => number) => Math.abs(get(0) - 3 * get(1) + 3 * get(2) - get(3));
  const visit = (x: number, y: number, size: number, most: number[]): void => {
    const step = size / 2;
    const rough = [-1, 0].some((from) =>
      [0, 1, 2].some(
        (line) =>
          third((i) => value(x + (from + i) * step, y + line * step)) > most[0] / 255 ||
          third((i) => value(x + line * step, y + (from + i) * step)) > most[0] / 255,
      ),
    );
    if (rough && size === 4)
      for (let i = 0; i < 16; i++) points.push(new Vector2(x + (i % 4), y + Math.floor(i / 4)));
    else if (rough)
      for (let i = 0; i < 4; i++) visit(x + 4 * (i % 2), y + 4 * Math.floor(i / 2), 4, most.slice(1));
    else
      for (let i = 0; i < 4; i++) points.push(new Vector2(x + step * (i % 2), y + step * Math.floor(i / 2)));
  };
  for (let y = 0; y < BLOCK; y += 8) for (let x = 0; x < BLOCK; x += 8) visit(x, y, 8, [4, 6]);
  const shape = { size: 0.9 * side, ...spec, centre, halfWidth };
  return (
    <Layout>
      <NetworkField {...shape} x={-0.68 * side} />
      <NetworkField {...shape} x={0.28 * side} opacity={0.25} />
      <Layout x={0.28 * side}>
        {points.map((point) => (
          <Circle position={point.sub(BLOCK / 2 - 0.5).scale(pixel)} size={0.55 * pixel} fill={ACCENT} />
        ))}
      </Layout>
      <Txt text={`${points.length} of ${BLOCK * BLOCK} pixels`} x={0.98 * side} fontSize={40} fill={SOFT} />
    </Layout>
  );
}
