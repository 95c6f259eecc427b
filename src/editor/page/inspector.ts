/**
 * Motion Canvas's node inspector with controls for our parameters above its own fields. Changes last until the scene is
 * played or loaded again; they can be copied as code, but are never written to a file.
 */
import { type ComponentChild, type FunctionComponent, h } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { NODE_INSPECTOR } from '../../core/motion-canvas.js';
import { positionOn, valueOn } from '../../core/parameters/slider.js';
import { asCode, type Control, controls, seedFrom } from './controls.js';
import {
  Button,
  Group,
  Input,
  Label,
  NumberInput,
  Pane,
  type PluginInspectorConfig,
  Select,
  useApplication,
  useCurrentScene,
} from './ui.js';

type Signal = (value?: unknown) => unknown;

/** A node whose parameters we know: a NetworkField of any copy of our package. */
type Field = { key: string } & Record<string, Signal>;

/** What was set by hand, by node and signal. */
const changes = new Map<string, Record<string, unknown>>();

/** The inspector that our plugin adds. @param of - What the code that it copies is for. */
export function nodeInspector(of: 'node' | 'sweep'): PluginInspectorConfig {
  const component = () => h(Inspector, { of, component });
  return { key: NODE_INSPECTOR, component };
}

/** @param component - The plugin's own component, which is this one. */
function Inspector({ of, component }: { of: 'node' | 'sweep'; component: FunctionComponent }) {
  const { inspection, plugins } = useApplication();
  const key = String(inspection.value.payload);
  const node = useNode(key);
  const generic = plugins
    .flatMap((plugin) => plugin.inspectors ?? [])
    .find((inspector) => inspector.key === NODE_INSPECTOR && inspector.component !== component);
  return h('div', null, [
    isField(node) ? h(Controls, { key: `controls ${key}`, node, of }) : null,
    generic ? h(generic.component as FunctionComponent, { key: 'generic' }) : null,
  ]);
}

/** The selected node, which is another one after the scene has been played again. */
function useNode(key: string): unknown {
  const scene = useCurrentScene() as unknown as {
    getNode(key: string): unknown;
    onRenderLifecycle: { subscribe(handler: () => void): () => void };
  };
  const [, render] = useState(0);
  useEffect(() => scene.onRenderLifecycle.subscribe(() => render((count) => count + 1)), [scene]);
  return scene.getNode(key);
}

const isField = (node: unknown): node is Field =>
  typeof node === 'object' &&
  node !== null &&
  'network' in node &&
  controls.every(({ signal }) => signal in node);

function Controls({ node, of }: { node: Field; of: 'node' | 'sweep' }) {
  const { player } = useApplication();
  const [, render] = useState(0);
  const set = (signal: string, value: unknown) => {
    node[signal](value);
    changes.set(node.key, { ...changes.get(node.key), [signal]: value });
    player.requestRender();
    render((count) => count + 1); // the frame may take a while
  };
  const code = () => asCode(changes.get(node.key) ?? {}, of);
  return h(Pane, { title: 'Network', id: 'untrained-inspector' } as never, [
    h('style', { key: 'style' }, STYLE),
    ...controls.map((control) =>
      h(Group, { key: control.signal, title: control.title }, [
        h(Label, { key: 'label' }, control.label),
        inputFor(control, node[control.signal](), (value) => set(control.signal, value)),
      ]),
    ),
    h(Group, { key: 'copy' }, [
      h(Label, { key: 'label' }, ''),
      h(
        Button,
        {
          key: 'button',
          main: true,
          disabled: code() === '',
          title: code() || 'Change something first.',
          onClick: () => void navigator.clipboard.writeText(code()),
        },
        'Copy as code',
      ),
    ]),
  ]);
}

const STYLE = `
#untrained-inspector input[type=range] { flex: 1 1 0; min-width: 0; accent-color: var(--theme); }
#untrained-inspector input[type=range] + * { flex: 0 0 72px; }
`;

function inputFor(control: Control, value: unknown, set: (value: unknown) => void): ComponentChild {
  if (control.kind === 'menu') {
    const choices = control.choices!.map((choice) => ({ value: choice, text: String(choice) }));
    const isListed = choices.some((choice) => choice.value === value);
    const options = isListed ? choices : [{ value: '', text: textOf(value) }, ...choices];
    return h(
      Select as never,
      {
        key: 'input',
        options,
        value: isListed ? value : '',
        onChange: (chosen: unknown) => chosen !== '' && set(chosen),
      } as never,
    );
  }
  if (control.kind === 'seed' || typeof value !== 'number') {
    return h(TextInput, {
      key: 'input',
      text: textOf(value),
      readOnly: control.kind !== 'seed',
      onTyped: (text) => set(seedFrom(text)),
    });
  }
  const slider = control.slider!;
  const [least, greatest] = control.range!;
  return [
    h('input', {
      key: 'slider',
      type: 'range',
      min: 0,
      max: 1,
      step: 'any',
      value: positionOn(slider, value),
      'aria-label': control.label,
      onInput: (event: Event) => set(valueOn(slider, Number((event.target as HTMLInputElement).value))),
    }),
    h(NumberInput, {
      key: 'input',
      value,
      min: least,
      max: greatest,
      decimalPlaces: Math.min(6, /\.(\d+)$/.exec(`${value}`)?.[1].length ?? 0),
      onChange: (typed: number) => Number.isFinite(typed) && set(Math.min(greatest, Math.max(least, typed))),
    } as never),
  ];
}

interface TextInputProps {
  text: string;
  readOnly: boolean;
  /** Called when the text is complete. */
  onTyped: (text: string) => void;
}

/** A field that keeps what is being typed while frames are drawn. */
function TextInput({ text, readOnly, onTyped }: TextInputProps) {
  const [draft, setDraft] = useState<string>();
  return h(Input, {
    value: draft ?? text,
    readOnly,
    onInput: (event: Event) => setDraft((event.target as HTMLInputElement).value),
    onChange: (event: Event) => {
      setDraft(undefined);
      onTyped((event.target as HTMLInputElement).value);
    },
  } as never);
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
