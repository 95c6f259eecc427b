/** @jsxImportSource preact */
/** The page. */
import { Stage } from './stage.js';

export function App() {
  return <Stage />;
}
