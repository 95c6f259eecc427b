/** The renderer of `auto` conforms after the CPU has taken over from a GPU that cannot draw. */
import { startInPlaceOfBroken } from './broken.js';
import { conformance } from './conformance.js';

conformance('the CPU in place of a GPU', { start: startInPlaceOfBroken, passesOn: true });
