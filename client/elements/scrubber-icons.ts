/** The pictures on the buttons of the scrubber, twelve units square. */
import { html, type TemplateResult } from 'lit';

const PATHS = {
  first: 'M2 2H3.6V10H2ZM10.5 2V10L4.4 6Z',
  previous: 'M7.8 1.6L9 2.8L5.8 6L9 9.2L7.8 10.4L3.4 6Z',
  play: 'M3 1.6V10.4L10.4 6Z',
  pause: 'M3 2H5V10H3ZM7 2H9V10H7Z',
  next: 'M4.2 1.6L3 2.8L6.2 6L3 9.2L4.2 10.4L8.6 6Z',
} as const;

export type IconName = keyof typeof PATHS;

export function controlIcon(name: IconName): TemplateResult {
  return html`<svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true"><path d=${PATHS[name]} fill="currentColor"></path></svg>`;
}
