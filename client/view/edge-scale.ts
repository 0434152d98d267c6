/**
 * How strong an edge is drawn: width, opacity and place on the colour ramp, all from weight / top.
 *
 * The top of the scale is 1 for every graph whose largest weight is between 0.25 and 2, so that checkpoints can be
 * compared by eye: 1 − cosine never exceeds 2, and weights above 1 (a negative cosine) are drawn as 1. Only graphs of
 * many small weights, or of the large ones that relative L2 may have, get another top, in steps of 1, 2.5, 5. The
 * legend states it.
 */
const FINE_BELOW = 0.25;
const COARSE_ABOVE = 2;
const FINE_TOPS = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.0025, 0.001] as const;
const COARSE_STEPS = [1, 2.5, 5, 10] as const;
const WIDTH_MIN = 0.6;
const WIDTH_MAX = 6;
const OPACITY_MIN = 0.2;
const OPACITY_MAX = 0.92;

export type EdgeStroke = {
  /** CSS pixels. */
  readonly width: number;
  readonly opacity: number;
  /** 0 for the weak end of the colour ramp, 1 for the strong one. */
  readonly share: number;
};

export function scaleTop(weightMax: number): number {
  if (weightMax > COARSE_ABOVE) {
    const power = 10 ** Math.floor(Math.log10(weightMax));
    return power * (COARSE_STEPS.find((step) => weightMax <= step * power) ?? 1);
  }
  if (weightMax >= FINE_BELOW) return 1;
  return FINE_TOPS.reduce<number>((top, step) => (weightMax <= step ? step : top), FINE_BELOW);
}

/** Changes of weights are small and compared within one picture only: the top is the next of 1, 2.5, 5 above them. */
export function changeTop(changeMax: number): number {
  const power = 10 ** Math.floor(Math.log10(changeMax || 1));
  const step = COARSE_STEPS.find((candidate) => changeMax <= candidate * power) ?? 1;
  // 2.5 · 0.1 and the like, without the dust of binary fractions.
  return Number((step * power).toPrecision(2));
}

/** `widthMax`: CSS pixels of an edge at the top of the scale; small nodes want thin edges. */
export function strokeOf(weight: number, top: number, widthMax = WIDTH_MAX): EdgeStroke {
  const share = Math.max(0, Math.min(1, weight / top));
  return {
    width: WIDTH_MIN + (Math.min(widthMax, WIDTH_MAX) - WIDTH_MIN) * share,
    // The square root keeps weak edges visible beside strong ones.
    opacity: OPACITY_MIN + (OPACITY_MAX - OPACITY_MIN) * Math.sqrt(share),
    share,
  };
}
