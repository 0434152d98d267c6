/**
 * Which module defines which element, loaded when somebody uses it: a page with one chart loads a chart. A test holds the
 * table to the files.
 */
type Load = () => Promise<unknown>;

const MODULES: ReadonlyMap<string, Load> = new Map<string, Load>([
  ['phasewatch-app', () => import('../elements/phasewatch-app.ts')],
  ['phasewatch-chart', () => import('../elements/phasewatch-chart.ts')],
  ['phasewatch-checkpoints', () => import('../elements/phasewatch-checkpoints.ts')],
  ['phasewatch-diff', () => import('../elements/phasewatch-diff.ts')],
  ['phasewatch-graph', () => import('../elements/phasewatch-graph.ts')],
  ['phasewatch-matrix', () => import('../elements/phasewatch-matrix.ts')],
  ['phasewatch-metrics', () => import('../elements/phasewatch-metrics.ts')],
  ['phasewatch-phases', () => import('../elements/phasewatch-phases.ts')],
  ['phasewatch-roles', () => import('../elements/phasewatch-roles.ts')],
  ['phasewatch-scrubber', () => import('../elements/phasewatch-scrubber.ts')],
  ['phasewatch-source', () => import('../elements/phasewatch-source.ts')],
  ['phasewatch-status', () => import('../elements/phasewatch-status.ts')],
]);

export const PREFIX = 'phasewatch-';
/** It goes first: widgets that it is meant for would else ask the home server meanwhile. */
const SOURCE = 'phasewatch-source';

/** Tags that a page can use. */
export const TAGS: readonly string[] = [...MODULES.keys()];

const loading = new Map<string, Promise<void>>();

/**
 * Defines elements; resolves when they are.
 *
 * @param tags other ones than TAGS are left alone
 */
export async function define(tags: Iterable<string>): Promise<void> {
  const wanted = new Set(tags);
  if (wanted.has(SOURCE)) await defined(SOURCE);
  await Promise.all([...wanted].map(defined));
}

function defined(tag: string): Promise<void> {
  const load = MODULES.get(tag);
  if (load === undefined || customElements.get(tag) !== undefined) return Promise.resolve();
  const before = loading.get(tag);
  if (before !== undefined) return before;
  const request = load().then(
    () => undefined,
    (error: unknown) => {
      // What could not be fetched now may be there when the next one is used.
      loading.delete(tag);
      console.error(`phasewatch: <${tag}> could not be loaded: ${String(error)}`);
    },
  );
  loading.set(tag, request);
  return request;
}
