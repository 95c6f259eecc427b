/** The files of a new project. */
import { CORE, JSX_SOURCE, TWO_D } from '../core/motion-canvas.js';
import { MANIFEST } from '../system/package.js';

/** What a project's package.json asks for besides Untrained: the types of scenes, and the compiler that checks them. */
const TYPESCRIPT = '^5.9.0';

/** Options for compilers and editors. docs/packages.md explains them. */
const TSCONFIG = {
  compilerOptions: {
    target: 'ES2022',
    lib: ['ES2023', 'DOM', 'DOM.Iterable'],
    module: 'ESNext',
    moduleResolution: 'bundler',
    jsx: 'react-jsx',
    jsxImportSource: JSX_SOURCE,
    experimentalDecorators: true,
    useDefineForClassFields: false,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
  },
  include: ['scenes'],
};

const DRIFT = `/** A network that drifts, in a seamless loop.
 *  Run: npm run render */
import { circle, sweep } from 'untrained';

export default sweep({
  title: 'A drifting network',
  seconds: 6,
  loop: true,
  size: [480, 480],
  network: { seed: 70, inputs: 4, layers: 20, units: 16, weightScale: 0.95 },
  view: { centre: [0.2, 0], halfWidth: 1.2 },
  slice: circle(0.2), // the values of the two inputs beyond x and y
});
`;

const GROWING = `/** A network whose weights grow, with a caption.
 *  Run: npm run render:growing */
import { Layout, makeScene2D, Txt } from '${TWO_D}';
import { createRef, waitFor } from '${CORE}';
import { NetworkField } from 'untrained/nodes';

export default makeScene2D(function* (view) {
  const field = createRef<NetworkField>();
  view.fill('#0b0d11');
  view.add(
    <Layout layout direction={'column'} alignItems={'center'} gap={40}>
      <NetworkField ref={field} size={800} seed={18} layers={9} weightScale={0.4} />
      <Txt text={() => \`weight scale \${field().weightScale().toFixed(2)}\`} fill={'#e8e8e8'} fontSize={48} />
    </Layout>,
  );
  yield* field().weightScale(1.2, 4);
  yield* waitFor(1);
});
`;

/** @param name - The project's. */
const readme = (name: string) => `# ${name}

Films of random neural networks, made with Untrained.

    npm install
    npm run render            # scenes/drift.ts as renders/drift.mp4 and .gif
    npm run render:growing    # scenes/growing.tsx, which needs a browser
    npm start                 # the editor: it shows changes as you save

Scenes are in \`scenes/\`. A \`.ts\` file is a sweep: one network that fills the frame, described by numbers that may change
over time. A \`.tsx\` file is a Motion Canvas scene, with text and shapes beside its networks. Each has a name for commands:

    npx untrained render drift --seconds 10 --size 1080x1080 --out drift.mp4 --out drift.gif
    npx untrained still growing --at 2
    npx untrained sheet drift --seeds 1-12

Motion Canvas scenes are drawn by Chrome, Chromium or Edge. \`npx untrained doctor\` says whether one was found. On Linux
with an x64 processor, \`npm install @sparticuz/chromium\` adds one to the project.

\`npm run check\` checks the types of all scenes.
`;

/** The texts of all files, by their paths below the project's folder. @param name - Of its package. */
export function projectFiles(name: string): Record<string, string> {
  const { version, dependencies } = MANIFEST;
  const manifest = {
    name,
    version: '0.0.0',
    private: true,
    type: 'module',
    scripts: {
      start: 'untrained edit',
      render: 'untrained render drift',
      'render:growing': 'untrained render growing',
      still: 'untrained still drift',
      check: 'tsc',
    },
    dependencies: { untrained: `^${version}` },
    devDependencies: {
      [TWO_D]: dependencies[TWO_D],
      [CORE]: dependencies[CORE],
      typescript: TYPESCRIPT,
    },
  };
  const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
  return {
    'package.json': json(manifest),
    'tsconfig.json': json(TSCONFIG),
    'README.md': readme(name),
    '.gitignore': 'node_modules/\nrenders/\noutput/\n',
    'scenes/drift.ts': DRIFT,
    'scenes/growing.tsx': GROWING,
  };
}
