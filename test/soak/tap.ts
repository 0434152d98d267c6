/**
 * Listens to one viewer's wire and keeps a state of its own: what the viewer was sent is dense and in turn (S-1, R-2),
 * a resumption begins where it was asked for, and every delta applies. Whether the viewer asked is read from what
 * it sends, not from what it knows.
 */

import type { Frame } from '../../client/socket.ts';
import { apply } from '../../protocol/apply.ts';
import { decoded, type Encoding } from '../../protocol/encoding.ts';
import {
  clientMessageFrom,
  type Place,
  type ServerMessage,
  serverMessageFrom,
} from '../../protocol/messages.ts';
import { wholeEdges } from '../../protocol/sparse-edges.ts';
import type { Delta, RunState } from '../../protocol/state.ts';
import { Broken } from './broken.ts';
import type { Witness } from './witness.ts';

type Following = {
  /** `asked`: deltas before the answer belong to an earlier subscription. */
  stand: 'asked' | 'following' | 'stopped';
  after: Place | null;
  place: Place | null;
  state: RunState | null;
};

export type TapCounts = {
  snapshots: number;
  resumed: number;
  deltas: number;
  resyncs: number;
};

export class Tap {
  readonly counts: TapCounts = { snapshots: 0, resumed: 0, deltas: 0, resyncs: 0 };
  readonly #name: string;
  readonly #encoding: Encoding;
  readonly #witness: Witness;
  readonly #runs = new Map<string, Following>();

  constructor(name: string, encoding: Encoding, witness: Witness) {
    this.#name = name;
    this.#encoding = encoding;
    this.#witness = witness;
  }

  place(run: string): Place | null {
    return this.#runs.get(run)?.place ?? null;
  }

  state(run: string): RunState | null {
    return this.#runs.get(run)?.state ?? null;
  }

  isFollowing(run: string): boolean {
    return this.#runs.get(run)?.stand === 'following';
  }

  /** Another socket, or none. */
  reset(): void {
    for (const run of this.#runs.values()) run.stand = 'stopped';
  }

  sent(frame: Frame): void {
    const value = decoded(frame, 'json');
    const parsed = value.ok ? clientMessageFrom(value.value) : value;
    if (!parsed.ok) throw this.#broken('understandable', parsed.problem);
    const { message } = parsed;
    if (message.type === 'unsubscribe') this.#runs.delete(message.run);
    if (message.type !== 'subscribe') return;
    const { place = null, state = null } = this.#runs.get(message.run) ?? {};
    this.#runs.set(message.run, { stand: 'asked', after: message.after ?? null, place, state });
  }

  received(frame: Frame): void {
    const value = decoded(frame, this.#encoding);
    const parsed = value.ok ? serverMessageFrom(value.value) : value;
    if (!parsed.ok) throw this.#broken('understandable', parsed.problem);
    const { message } = parsed;
    if (message.type === 'welcome' || message.type === 'runs') return;
    const run = this.#runs.get(message.run);
    // Of a run that has been left.
    if (run) this.#take(run, message);
  }

  #take(run: Following, message: Exclude<ServerMessage, { type: 'welcome' | 'runs' }>): void {
    switch (message.type) {
      case 'snapshot':
        if (run.stand === 'stopped') throw this.#broken('told what was asked for', 'a snapshot after resync');
        this.counts.snapshots += 1;
        run.stand = 'following';
        run.place = { epoch: message.epoch, offset: message.offset };
        run.state = message.state;
        this.#witness.snapshot(message.run, run.place, run.state);
        this.#graphOf(message.run, run.state);
        break;
      case 'resumed':
        this.#resumed(run, message);
        break;
      case 'delta':
        if (run.stand === 'following') this.#delta(run, message.run, message, message.delta);
        break;
      case 'progress':
        if (run.stand === 'following' && run.state) run.state = apply(run.state, message);
        break;
      case 'resync':
        this.counts.resyncs += 1;
        run.stand = 'stopped';
        break;
    }
  }

  #resumed(run: Following, got: Place): void {
    this.counts.resumed += 1;
    const { after, place } = run;
    const isSame = (asked: Place | null) => asked?.epoch === got.epoch && asked.offset === got.offset;
    if (run.stand !== 'asked' || !isSame(after) || !isSame(place))
      throw this.#broken(
        'resumed where it was asked for (R-4)',
        `asked for ${placeText(after)} with a state at ${placeText(place)}, got ${placeText(got)}`,
      );
    run.stand = 'following';
  }

  #delta(run: Following, id: string, got: Place, delta: Delta): void {
    const { place, state } = run;
    if (place === null || state === null) throw this.#broken('begun', 'a delta before any state');
    if (got.epoch !== place.epoch || got.offset !== place.offset + 1)
      throw this.#broken(
        'no gap, no duplicate (S-1)',
        `${placeText(got)} after ${placeText(place)} of ${id}`,
      );
    this.counts.deltas += 1;
    try {
      this.#witness.delta(id, got, whole(delta, state));
      run.state = apply(state, delta);
    } catch (error) {
      if (error instanceof Broken) throw error;
      throw this.#broken('every delta applies (S-2)', `${placeText(got)} of ${id}: ${error}`);
    }
    run.place = { epoch: got.epoch, offset: got.offset };
    this.#witness.reached(id, run.place, run.state);
    if (delta.type === 'checkpoint-done') this.#graphOf(id, run.state);
  }

  #graphOf(run: string, { latest, checkpoints }: RunState): void {
    const content = checkpoints.find(({ id }) => id === latest?.checkpoint)?.content ?? null;
    if (latest && content !== null) this.#witness.graph(run, content, latest);
  }

  #broken(invariant: string, sentence: string): Broken {
    return new Broken(invariant, `${this.#name}: ${sentence}`);
  }
}

/** Sparse or not, as the server sees fit: the same delta. */
function whole(delta: Delta, state: RunState): Delta {
  if (delta.type !== 'edges') return delta;
  const { since: _, ...rest } = delta;
  return { ...rest, ...wholeEdges(delta, state.latest) };
}

export function placeText(place: Place | null): string {
  return place === null ? 'the beginning' : `${place.offset} of ${place.epoch.slice(0, 8)}`;
}
