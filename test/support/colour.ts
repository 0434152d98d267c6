/**
 * Colours by measure: the contrast of WCAG 2, places in OKLab, and how people see them who lack one kind of cone.
 *
 *   contrast = (L₁ + 0.05) / (L₂ + 0.05)   L: relative luminance, the lighter one above; 1…21
 *   distance = |Lab₁ − Lab₂| in OKLab       black and white are 1 apart
 *
 * Sources: WCAG 2.2, 1.4.3; Ottosson 2020, OKLab; Machado, Oliveira & Fernandes 2009 (severity 1), which takes linear RGB.
 */

/** Linear RGB, 0…1. */
export type Colour = readonly [number, number, number];
export type Sight = 'all cones' | 'protanopia' | 'deuteranopia' | 'tritanopia';
type Matrix = readonly [Colour, Colour, Colour];

const LUMINANCE: Colour = [0.2126, 0.7152, 0.0722];
const RGB_TO_LMS: Matrix = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
];
const LMS_TO_LAB: Matrix = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
];
const SEEN: Readonly<Record<Sight, Matrix>> = {
  'all cones': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};
export const SIGHTS: readonly Sight[] = ['all cones', 'protanopia', 'deuteranopia', 'tritanopia'];

/** @param hex `#rrggbb` */
export function colourFrom(hex: string): Colour {
  const channels = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex);
  if (!channels) throw new Error(`expected a colour as #rrggbb, got ${hex}`);
  const [red, green, blue] = channels.slice(1).map((digits) => linear(Number.parseInt(digits, 16) / 255));
  return [red, green, blue];
}

export function contrast(one: Colour, other: Colour): number {
  const [dark, light] = [one, other].map((colour) => dot(LUMINANCE, colour)).sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** As `color-mix(in oklab, one share, other)` mixes them. */
export function mixed(one: Colour, share: number, other: Colour): Colour {
  const [lab, ground] = [oklab(one), oklab(other)];
  const [l, a, b] = lab.map((value, at) => share * value + (1 - share) * ground[at]);
  const cones: Colour = [
    (l + 0.3963377774 * a + 0.2158037573 * b) ** 3,
    (l - 0.1055613458 * a - 0.0638541728 * b) ** 3,
    (l - 0.0894841775 * a - 1.291485548 * b) ** 3,
  ];
  return inGamut([
    dot([4.0767416621, -3.3077115913, 0.2309699292], cones),
    dot([-1.2684380046, 2.6097574011, -0.3413193965], cones),
    dot([-0.0041960863, -0.7034186147, 1.707614701], cones),
  ]);
}

export function distance(one: Colour, other: Colour, sight: Sight): number {
  const [a, b] = [one, other].map((colour) => oklab(inGamut(times(SEEN[sight], colour))));
  return Math.hypot(...a.map((value, at) => value - b[at]));
}

function oklab(colour: Colour): Colour {
  const [long, middle, short] = times(RGB_TO_LMS, colour);
  return times(LMS_TO_LAB, [Math.cbrt(long), Math.cbrt(middle), Math.cbrt(short)]);
}

function linear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function inGamut([red, green, blue]: Colour): Colour {
  const clamp = (value: number) => Math.max(0, Math.min(1, value));
  return [clamp(red), clamp(green), clamp(blue)];
}

function times([first, second, third]: Matrix, colour: Colour): Colour {
  return [dot(first, colour), dot(second, colour), dot(third, colour)];
}

function dot(a: Colour, b: Colour): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
