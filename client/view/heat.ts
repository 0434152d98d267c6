/**
 * Ramps of colours for a matrix. Stops are mixed in OKLab (B. Ottosson 2020), in which equal distances look equal, and
 * the ramp is a table of STEPS colours, so that a cell costs one look-up.
 */
export type Rgb = readonly [red: number, green: number, blue: number];

export const STEPS = 256;

/** STEPS colours from the first stop to the last, stops evenly apart. */
export function rampOf(stops: readonly Rgb[]): Rgb[] {
  const places = stops.map(oklabOf);
  return Array.from({ length: STEPS }, (_, step) => {
    const at = (step / (STEPS - 1)) * (places.length - 1);
    const from = Math.min(places.length - 2, Math.floor(at));
    return rgbOf(mixed(places[from], places[from + 1], at - from));
  });
}

export function mixedRgb(a: Rgb, b: Rgb, share: number): Rgb {
  return rgbOf(mixed(oklabOf(a), oklabOf(b), share));
}

/** Step of the ramp for a weight; what is beyond the top is drawn as the top. */
export function weightStep(weight: number, top: number): number {
  return Math.round(Math.max(0, Math.min(1, weight / top)) * (STEPS - 1));
}

/** The same for a change: no change stands in the middle. */
export function changeStep(change: number, top: number): number {
  return Math.round((Math.max(-1, Math.min(1, change / top)) / 2 + 0.5) * (STEPS - 1));
}

/** Contrast of two colours, 1…21 (WCAG 2.2). */
export function contrastOf(a: Rgb, b: Rgb): number {
  const [low, high] = [luminanceOf(a), luminanceOf(b)].sort((one, other) => one - other);
  return (high + 0.05) / (low + 0.05);
}

export function cssOf([red, green, blue]: Rgb): string {
  return `rgb(${red}, ${green}, ${blue})`;
}

type Triple = readonly [number, number, number];

/** L, a, b. */
export function oklabOf(colour: Rgb): Triple {
  const [r, g, b] = linearOf(colour);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function rgbOf([lightness, a, b]: Triple): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    byteOf(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    byteOf(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    byteOf(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

function mixed(a: Triple, b: Triple, share: number): Triple {
  return [0, 1, 2].map((part) => a[part] + (b[part] - a[part]) * share) as unknown as Triple;
}

function luminanceOf(colour: Rgb): number {
  const [r, g, b] = linearOf(colour);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function linearOf(colour: Rgb): Triple {
  return colour.map((byte) => {
    const share = byte / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Triple;
}

function byteOf(linear: number): number {
  const share = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
  return Math.round(Math.max(0, Math.min(1, share)) * 255);
}
