/**
 * Colours of theme.css as a canvas can use them: a canvas knows no custom properties and no `light-dark()`, so each
 * is read once per colour scheme from a hidden element that has it as its `color`.
 */
import type { PhaseName } from '../view/phase-bands.ts';

export type ColourName =
  | 'edge-weak'
  | 'edge-strong'
  | 'spreader'
  | 'gatherer'
  | 'gatekeeper'
  | 'line'
  | 'line-second'
  | 'band'
  | 'grid'
  | 'ink-faint'
  | 'accent'
  | 'bad'
  | 'panel'
  | 'ink'
  | 'noise'
  | 'rise'
  | 'fall'
  | `run-${2 | 3 | 4 | 5 | 6 | 7 | 8}`
  | `phase-${PhaseName}`;

/** Thin enough to be seen through; of the system's own colours they would be solid. */
const WASHES: ReadonlySet<ColourName> = new Set(['band', 'noise']);

export class Palette {
  readonly #root: ShadowRoot;
  readonly #read = new Map<ColourName, string>();
  #version: string | null = null;

  constructor(root: ShadowRoot) {
    this.#root = root;
  }

  /** Forgets what was read of another version of the colours; whether there was one. */
  follow(version: string): boolean {
    if (version === this.#version) return false;
    this.#version = version;
    this.#read.clear();
    return true;
  }

  colour(name: ColourName): string {
    const known = this.#read.get(name);
    if (known !== undefined) return known;
    const probe = document.createElement('i');
    probe.style.color = `var(--phasewatch-${name})`;
    if (WASHES.has(name)) probe.style.setProperty('forced-color-adjust', 'none');
    this.#root.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    this.#read.set(name, colour);
    return colour;
  }
}
