/**
 * Colours of theme.css as a canvas can use them: a canvas knows no custom properties and no `light-dark()`, so each
 * is read once per colour scheme from a hidden element that has it as its `color`.
 */
import type { Scheme } from '../controllers/scheme-controller.ts';
import type { PhaseName } from '../view/phase-bands.ts';

export type ColourName =
  | 'edge-weak'
  | 'edge-strong'
  | 'spreader'
  | 'gatherer'
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
  | `phase-${PhaseName}`;

export class Palette {
  readonly #root: ShadowRoot;
  readonly #read = new Map<ColourName, string>();
  #scheme: Scheme | null = null;

  constructor(root: ShadowRoot) {
    this.#root = root;
  }

  /** Forgets what was read under another scheme; whether there was one. */
  follow(scheme: Scheme): boolean {
    if (scheme === this.#scheme) return false;
    this.#scheme = scheme;
    this.#read.clear();
    return true;
  }

  colour(name: ColourName): string {
    const known = this.#read.get(name);
    if (known !== undefined) return known;
    const probe = document.createElement('i');
    probe.style.color = `var(--phasewatch-${name})`;
    this.#root.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    this.#read.set(name, colour);
    return colour;
  }
}
