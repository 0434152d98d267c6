/**
 * What all viewers of a scenario have been told, held against each other: a place of a stream means one delta and one
 * state, for whoever asks and after every restart, and contents have one graph.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Place } from '../../protocol/messages.ts';
import type { Delta, Graph, RunState } from '../../protocol/state.ts';
import { Broken } from './broken.ts';

export type SeenDelta = { readonly run: string; readonly place: Place; readonly hash: string };

export class Witness {
  readonly #deltas = new Map<string, SeenDelta>();
  /** States of snapshots, by place. */
  readonly #states = new Map<string, unknown>();
  readonly #graphs = new Map<string, { readonly first: string; readonly told: unknown }>();
  /** Deltas that were told more than once, to several viewers or again after a restart. */
  repeated = 0;
  comparedStates = 0;
  comparedGraphs = 0;

  get deltas(): readonly SeenDelta[] {
    return [...this.#deltas.values()];
  }

  /** @param delta with all of its edges */
  delta(run: string, place: Place, delta: Delta): void {
    const hash = hashOf(delta);
    const key = keyOf(run, place);
    const before = this.#deltas.get(key);
    if (before) {
      this.repeated += 1;
      if (before.hash !== hash)
        throw new Broken(
          'one delta a place',
          `${key} was told as another delta than ${JSON.stringify(delta)}`,
        );
    } else this.#deltas.set(key, { run, place, hash });
  }

  /** A state that came as a snapshot. */
  snapshot(run: string, place: Place, state: RunState): void {
    const key = keyOf(run, place);
    if (this.#states.has(key)) this.reached(run, place, state);
    else this.#states.set(key, plain(state));
  }

  /** A state that deltas led to. */
  reached(run: string, place: Place, state: RunState): void {
    const known = this.#states.get(keyOf(run, place));
    if (known === undefined) return;
    this.comparedStates += 1;
    const difference = differenceOf(known, plain(state));
    if (difference !== null) throw new Broken('one state a place', `${keyOf(run, place)}: ${difference}`);
  }

  /** A complete graph of contents. */
  graph(run: string, content: string, graph: Graph): void {
    const { checkpoint: _checkpoint, step: _step, ...rest } = graph;
    const told = plain(rest);
    const own = `${graph.checkpoint} of ${run}`;
    const before = this.#graphs.get(content);
    if (before === undefined) {
      this.#graphs.set(content, { first: own, told });
      return;
    }
    this.comparedGraphs += 1;
    const difference = differenceOf(before.told, told);
    if (difference !== null)
      throw new Broken(
        'one graph for equal contents',
        `${before.first} and ${own}, both ${content}: ${difference}`,
      );
  }
}

/** As JSON would carry it, without progress: what all viewers have to agree on. */
export function plain<T extends object>(value: T): unknown {
  return JSON.parse(JSON.stringify({ ...value, progress: undefined }));
}

export function hashOf(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(value)))
    .digest('base64url');
}

/** Where two values of JSON first differ, null where they do not. */
export function differenceOf(a: unknown, b: unknown, path = ''): string | null {
  if (isDeepStrictEqual(a, b)) return null;
  if (isObject(a) && isObject(b) && Array.isArray(a) === Array.isArray(b)) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const difference = differenceOf(a[key], b[key], `${path}.${key}`);
      if (difference !== null) return difference;
    }
  }
  return `${path}: ${shown(a)} and ${shown(b)}`;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 300);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** With the keys of every object in the order of their characters. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

function keyOf(run: string, { epoch, offset }: Place): string {
  return `${run} ${epoch} ${offset}`;
}
