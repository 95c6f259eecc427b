/** The two colour themes of scenes and sheets. */

/** The colours of a theme, in CSS notation. */
export interface Colours {
  /** Behind everything. */
  background: string;
  /** Primary text: titles, numbers. */
  ink: string;
  /** Secondary text: labels, captions. */
  quiet: string;
  /** Faint lines: axes, frames. */
  line: string;
  /** Highlights, such as a curve. */
  accent: string;
  /** Positive weights. */
  positive: string;
  /** Negative weights. */
  negative: string;
  /** Colours for heights from 0 to 1, in equal steps. */
  heights: string[];
}

/** Light on dark: the default. */
export const dark: Colours = {
  background: '#0e1016',
  ink: '#f2f0ea',
  quiet: '#a3a6b1',
  line: '#3a3f4c',
  accent: '#ffb454',
  positive: '#ffb454',
  negative: '#5aa9ff',
  heights: ['#1b2a6b', '#2f6fb3', '#58b8a8', '#f3d27a', '#fff6e0'],
};

/** Dark on light, for pages and slides. */
export const light: Colours = {
  background: '#faf8f4',
  ink: '#1b1d24',
  quiet: '#5d616d',
  line: '#cfccc4',
  accent: '#d2600a',
  positive: '#d2600a',
  negative: '#1f6fd0',
  heights: ['#1d2f7a', '#2c78bd', '#4fb3a2', '#efc65a', '#fff1c9'],
};
