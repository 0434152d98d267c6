/**
 * The colours of theme.ts can be read and told apart: by contrast on every ground they stand on, in both schemes, and by
 * people who lack one kind of cone. Canvases show nothing to a checker of pages, so this is where their colours are held.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Colour, colourFrom, contrast, distance, mixed, SIGHTS } from '../support/colour.ts';

/** WCAG 2.2, 1.4.3 and 1.4.11, level AA. */
const TEXT_CONTRAST_MIN = 4.5;
const GRAPHICS_CONTRAST_MIN = 3;
/** In OKLab; about four times what is just told apart where two colours touch. */
const DISTANCE_MIN = 0.086;

const SOURCE = readFileSync(new URL('../../client/theme.ts', import.meta.url), 'utf8');
const SCHEMES = ['light', 'dark'] as const;
type Scheme = (typeof SCHEMES)[number];
const THEME = new Map(
  [...SOURCE.matchAll(/--phasewatch-([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name, light, dark]) => [name, { light: colourFrom(light), dark: colourFrom(dark) }] as const,
  ),
);

const PHASES = ['exploration', 'consolidation', 'reorganisation', 'refinement'].map(
  (name) => `phase-${name}`,
);
const ROLES = ['spreader', 'gatherer', 'gatekeeper'];

/** What is written, and on what. */
const TEXTS: readonly { readonly inks: readonly string[]; readonly grounds: readonly string[] }[] = [
  { inks: ['ink', 'ink-soft', 'ink-faint'], grounds: ['page', 'panel', 'raised', 'hover', 'selected'] },
  { inks: ['accent', 'bad'], grounds: ['panel', 'raised', 'hover', 'selected'] },
  { inks: ['ink', 'ink-soft', 'busy'], grounds: ['panel', 'busy-soft'] },
  { inks: ['bad', 'ink', 'ink-soft'], grounds: ['bad-soft'] },
  { inks: ['good'], grounds: ['panel', 'hover'] },
  { inks: ['line', 'line-second'], grounds: ['panel'] },
  // The name of a node on the colour of its role.
  { inks: ['panel'], grounds: ['spreader', 'gatherer'] },
];
/** Lines, shapes, dots and the outlines of controls and of the focus. */
const GRAPHICS = [
  ...ROLES,
  ...PHASES,
  'phase-unnamed',
  'edge-strong',
  'node-border',
  'border-strong',
  'accent',
  'line',
  'line-second',
  'cursor',
  'rise',
  'fall',
  'good',
  'busy',
  'bad',
];
/** Colours that tell one thing from another of the same picture. */
const SETS: Readonly<Record<string, readonly string[]>> = {
  phases: PHASES,
  roles: ROLES,
  'series of one chart': ['line', 'line-second'],
  'rise and fall': ['rise', 'fall'],
};

describe.each(SCHEMES)('the colours of the %s scheme', (scheme) => {
  it('leave text readable on every ground that it stands on', () => {
    const faint = TEXTS.flatMap(({ inks, grounds }) =>
      inks.flatMap((ink) =>
        grounds.flatMap((ground) => below(TEXT_CONTRAST_MIN, { scheme, on: ground, of: ink })),
      ),
    );
    expect(faint).toEqual([]);
  });

  it.each([0.22, 0.36])('leave the name of a phase readable on its colour mixed in by %d', (share) => {
    const faint = [...PHASES, 'phase-unnamed'].flatMap((phase) => {
      const ground = mixed(named(phase, scheme), share, named('panel', scheme));
      const measured = contrast(named('ink', scheme), ground);
      return measured < TEXT_CONTRAST_MIN ? [`${phase}: ${measured.toFixed(2)}`] : [];
    });
    expect(faint).toEqual([]);
  });

  it('leave what is drawn to be seen', () => {
    const faint = GRAPHICS.flatMap((of) => below(GRAPHICS_CONTRAST_MIN, { scheme, on: 'panel', of }));
    expect(faint).toEqual([]);
  });

  it.each(Object.keys(SETS))('tell %s apart for every kind of sight', (set) => {
    const names = SETS[set];
    const alike = names.flatMap((one, at) =>
      names.slice(at + 1).flatMap((other) =>
        SIGHTS.flatMap((sight) => {
          const apart = distance(named(one, scheme), named(other, scheme), sight);
          return apart < DISTANCE_MIN ? [`${one} and ${other}, ${sight}: ${apart.toFixed(3)}`] : [];
        }),
      ),
    );
    expect(alike).toEqual([]);
  });
});

describe('the measures', () => {
  const [black, white, grey] = ['#000000', '#ffffff', '#767676'].map(colourFrom);

  it('are those of their sources', () => {
    expect(contrast(black, white)).toBeCloseTo(21, 6);
    // The lightest grey that WCAG lets be text on white.
    expect(contrast(grey, white)).toBeCloseTo(4.54, 2);
    expect(distance(black, white, 'all cones')).toBeCloseTo(1, 4);
    expect(contrast(mixed(white, 0, grey), grey)).toBeCloseTo(1, 4);
    expect(contrast(mixed(white, 1, grey), white)).toBeCloseTo(1, 4);
  });

  it('hold white and black apart for everybody, and red and green not without the middle cones', () => {
    for (const sight of SIGHTS) expect(distance(black, white, sight)).toBeGreaterThan(0.99);
    const [red, green] = ['#c65f00', '#6f8f00'].map(colourFrom);
    expect(distance(red, green, 'all cones')).toBeGreaterThan(DISTANCE_MIN);
    expect(distance(red, green, 'deuteranopia')).toBeLessThan(DISTANCE_MIN);
  });
});

function named(name: string, scheme: Scheme): Colour {
  const colour = THEME.get(name);
  if (!colour) throw new Error(`expected --phasewatch-${name} in theme.ts, with a value a scheme`);
  return colour[scheme];
}

function below(
  min: number,
  { scheme, of, on }: { readonly scheme: Scheme; readonly of: string; readonly on: string },
): string[] {
  const measured = contrast(named(of, scheme), named(on, scheme));
  return measured < min ? [`${of} on ${on}: ${measured.toFixed(2)}`] : [];
}
