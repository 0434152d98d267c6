/**
 * The colours of a matrix as bytes. Custom properties and system colours are resolved by the browser itself: as the
 * `color` of a hidden element, and then as a pixel, whatever notation a page has chosen for them.
 *
 * Under forced colours the ramps run between the system's own: text on canvas for weights; for changes falls take the
 * colour of text and rises that of what is selected.
 */
import { cssOf, mixedRgb, type Rgb } from '../view/heat.ts';

export type HeatColours = {
  /** Stops from no weight to the top of the scale. */
  readonly weights: readonly Rgb[];
  /** Stops from the largest fall to the largest rise. */
  readonly changes: readonly Rgb[];
  readonly panel: Rgb;
  readonly ink: Rgb;
  /** Of cells that are not computed yet. */
  readonly waiting: Rgb;
};

/** Of text on canvas: no weight is not the same as no edge. */
const LEAST_SHARE = 0.14;

export function heatColours(root: ShadowRoot, isForced: boolean): HeatColours {
  const read = (css: string) => readColour(root, css);
  if (isForced) {
    const [panel, ink] = [read('Canvas'), read('CanvasText')];
    const least = mixedRgb(panel, ink, LEAST_SHARE);
    return {
      weights: [least, ink],
      changes: [ink, least, read('Highlight')],
      panel,
      ink,
      waiting: read('GrayText'),
    };
  }
  const own = (name: string) => read(`var(--phasewatch-${name})`);
  return {
    weights: [0, 1, 2, 3, 4].map((stop) => own(`heat-${stop}`)),
    changes: [own('fall'), own('heat-still'), own('rise')],
    panel: own('panel'),
    ink: own('ink'),
    waiting: own('border-strong'),
  };
}

/** The colours of `theme.ts` by name, for a figure. */
export function coloursOf(root: ShadowRoot): (name: string) => string {
  return (name) => cssOf(readColour(root, `var(--phasewatch-${name})`));
}

/** @param css any colour, custom properties included */
export function readColour(root: ShadowRoot, css: string): Rgb {
  const probe = document.createElement('i');
  probe.style.cssText = `display:none;forced-color-adjust:none;color:${css}`;
  root.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  const canvas = document.createElement('canvas');
  canvas.width = 1;
  canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) return [0, 0, 0];
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}
