/** @jsxImportSource preact */
/** The gallery: networks to begin with, and the figures of the article that are sweeps. */
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { figuresIn } from '../../core/figures.js';
import { evaluate } from '../../renderers/cpu/planes.js';
import { documentOf, type ExplorerDocument, pictureAt } from '../state/document.js';
import { type NamedNetwork, networks } from '../state/networks.js';
import { plane } from './current-plane.js';
import { type Figure, readFigures } from './figures.js';
import { dispatch } from './store.js';

const figures = signal<readonly Figure[] | undefined>(undefined);
const problem = signal<string | undefined>(undefined);

/** Opens a network, and closes the drawer where it would cover the picture. */
function pick(document: ExplorerDocument): void {
  dispatch({ type: 'open', document });
  if (matchMedia('(max-width: 899px)').matches) dispatch({ type: 'layout', change: { drawer: false } });
}

export function Drawer() {
  useEffect(() => {
    if (figures.peek()) return;
    readFigures().then(
      (read) => {
        figures.value = read;
      },
      (error: Error) => {
        problem.value = error.message;
      },
    );
  }, []);
  return (
    <nav class="drawer" aria-label="Gallery">
      <h2>Networks</h2>
      <ul class="drawer-list">
        {networks.map((network) => (
          <li key={network.name}>
            <NetworkCard {...network} />
          </li>
        ))}
      </ul>
      <h2>Figures of the article</h2>
      {problem.value && <p class="hint">{problem.value}</p>}
      <ul class="drawer-list">
        {figures.value?.map((figure) => (
          <li key={figure.name}>
            <FigureCard {...figure} />
          </li>
        ))}
      </ul>
    </nav>
  );
}

function FigureCard({ title, figure, picture, sweep }: Figure) {
  const open = () => {
    try {
      pick(documentOf(sweep));
    } catch (error) {
      dispatch({ type: 'message', text: (error as Error).message });
    }
  };
  return (
    <button type="button" class="drawer-card" onClick={open}>
      <img src={picture} alt="" loading="lazy" width={320} height={180} />
      <span>{title}</span>
      {figure && <span class="hint">{figuresIn(figure).replace('f', 'F')}</span>}
    </button>
  );
}

function NetworkCard({ name, document }: NamedNetwork) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawing = plane.value;
  useEffect(() => {
    const controller = new AbortController();
    const { width, height } = canvas.current!;
    drawing
      ?.thumbnail(pictureAt(document, 0, evaluate), width, height, controller.signal)
      .then((drawn) => canvas.current?.getContext('2d')?.putImageData(drawn as ImageData, 0, 0))
      .catch(() => {}); // the drawer was closed
    return () => controller.abort();
  }, [drawing, document]);
  return (
    <button type="button" class="drawer-card" onClick={() => pick(document)}>
      <canvas ref={canvas} width={256} height={144} />
      <span>{name}</span>
    </button>
  );
}
