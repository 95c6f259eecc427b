/** What we use of Motion Canvas's editor: the only import from it. */
export {
  Button,
  type EditorPlugin,
  Group,
  Input,
  Label,
  NumberInput,
  Pane,
  type PluginInspectorConfig,
  Select,
  useApplication,
  useCurrentScene,
} from '@motion-canvas/ui';
