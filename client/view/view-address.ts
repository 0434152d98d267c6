/**
 * What a person looks at, as the part of the address behind `#`: `at=checkpoint-512&node=L1H3&axis=asinh`. Only what
 * differs from how a page opens is said; what an address says that nobody understands is told, and left out.
 *
 * Keys: `view` · `at` and `base`, a checkpoint, `checkpoint-512@0` for one of branch 0 · `node` · `axis` · `zoom`, two
 * steps · `metrics`, a scope or panels · `theme`. Anything else in the hash is somebody else's, and kept.
 */
import type { Range, StepAxis } from './axis.ts';
import type { CheckpointKey } from './branches.ts';
import { choiceFrom, choiceText, type MetricChoice } from './metric-choice.ts';

export const VIEWS = ['graph', 'matrix', 'roles', 'changes'] as const;
export type View = (typeof VIEWS)[number];
type ThemeName = 'light' | 'dark' | 'auto';

export type ViewAddress = {
  readonly view: View;
  /** Null when live. */
  readonly at: CheckpointKey | null;
  /** What it is compared with. */
  readonly base: CheckpointKey | null;
  /** Id of the node whose own charts are open. */
  readonly node: string | null;
  readonly axis: StepAxis;
  /** Steps between which charts are shown. */
  readonly zoom: Range | null;
  /** Null where the address does not say: what this machine remembers, else the overview. */
  readonly metrics: MetricChoice | null;
  /** Null where the address does not say. */
  readonly theme: ThemeName | null;
};

export const FIRST_VIEW: ViewAddress = {
  view: 'graph',
  at: null,
  base: null,
  node: null,
  axis: 'linear',
  zoom: null,
  metrics: null,
  theme: null,
};

const AXES: readonly string[] = ['linear', 'asinh', 'log'];
const THEMES: readonly ThemeName[] = ['light', 'dark', 'auto'];
const KEYS = ['view', 'at', 'base', 'node', 'axis', 'zoom', 'metrics', 'theme'] as const;
type Key = (typeof KEYS)[number];
/** A thousandth of a step is finer than any screen. */
const ZOOM_DECIMALS = 3;

export type ReadAddress = {
  readonly address: ViewAddress;
  /** Whether it says anything of the view: then it is a link, and what it leaves out is as a page opens. */
  readonly isLink: boolean;
  /** Parts that are not understood, as they stand there. */
  readonly unknown: readonly string[];
};

/** @param hash with or without its `#` */
export function addressFrom(hash: string): ReadAddress {
  const said: Partial<ViewAddress>[] = [];
  const unknown: string[] = [];
  for (const part of partsOf(hash)) {
    const key = keyOf(part);
    if (key === null) continue;
    const value = part.slice(key.length + 1);
    const read = readPart(key, value);
    if (read === null) unknown.push(`${key}=${unescaped(value)}`);
    else said.push(read);
  }
  return { address: Object.assign({ ...FIRST_VIEW }, ...said), isLink: said.length > 0, unknown };
}

/**
 * The hash that says this view, without a `#`.
 *
 * @param hash whose other parts are kept
 */
export function hashOf(address: ViewAddress, hash = ''): string {
  const { view, at, base, node, axis, zoom, metrics, theme } = address;
  const said: Readonly<Record<Key, string | null>> = {
    view: view === 'graph' ? null : view,
    at: at && checkpointText(at),
    base: base && checkpointText(base),
    node: node && escaped(node),
    axis: axis === 'linear' ? null : axis,
    zoom: zoom?.map((step) => Number(step.toFixed(ZOOM_DECIMALS))).join('-') ?? null,
    // Commas stay readable.
    metrics: metrics && choiceText(metrics),
    theme,
  };
  const others = partsOf(hash).filter((part) => keyOf(part) === null);
  return [...others, ...KEYS.flatMap((key) => (said[key] === null ? [] : [`${key}=${said[key]}`]))].join('&');
}

function readPart(key: Key, value: string): Partial<ViewAddress> | null {
  const text = unescaped(value);
  switch (key) {
    case 'view':
      return named(VIEWS, text, (view) => ({ view }));
    case 'theme':
      return named(THEMES, text, (theme) => ({ theme }));
    case 'axis':
      return AXES.includes(text) ? { axis: text as StepAxis } : null;
    case 'at':
    case 'base': {
      const checkpoint = checkpointFrom(value);
      return checkpoint && { [key]: checkpoint };
    }
    case 'node':
      return text === '' ? null : { node: text };
    case 'zoom': {
      const [, from, to] = /^(-?[\d.]+)-(-?[\d.]+)$/.exec(text) ?? [];
      const zoom = [Number(from), Number(to)] as const;
      return zoom[0] < zoom[1] ? { zoom } : null;
    }
    case 'metrics': {
      const metrics = choiceFrom(text);
      return metrics && { metrics };
    }
  }
}

function named<Name extends string>(
  names: readonly Name[],
  text: string,
  said: (name: Name) => Partial<ViewAddress>,
): Partial<ViewAddress> | null {
  const found = names.find((name) => name === text);
  return found === undefined ? null : said(found);
}

/** An `@` of the id itself is escaped. */
function checkpointText({ id, branch }: CheckpointKey): string {
  return branch === null ? escaped(id) : `${escaped(id)}@${branch}`;
}

function checkpointFrom(value: string): CheckpointKey | null {
  const [, id, branch] = /^([^@]+)(?:@(\d{1,9}))?$/.exec(value) ?? [];
  if (id === undefined) return null;
  return { id: unescaped(id), branch: branch === undefined ? null : Number(branch) };
}

function partsOf(hash: string): string[] {
  return hash
    .replace(/^#/, '')
    .split('&')
    .filter((part) => part !== '');
}

function keyOf(part: string): Key | null {
  return KEYS.find((key) => part.startsWith(`${key}=`)) ?? null;
}

function escaped(text: string): string {
  return encodeURIComponent(text);
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
