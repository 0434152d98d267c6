/**
 * Which run is watched over a connection, and how far: what a subscription asks for, and what its answers do.
 *
 * It keeps the place in the stream (epoch, offset) of the state that the sink holds, and nothing of the state itself;
 * over a new connection it asks for what came after that place. A delta out of turn or one that does not apply,
 * or a message that is not understood, drops place and state and subscribes anew (S-3, M-3). Messages of a run that has
 * been left behind are ignored.
 */
import type { ClientMessage, Parsed, Place, RunSummary, ServerMessage } from '../protocol/messages.ts';
import { OutOfStep } from '../protocol/out-of-step.ts';
import type { RunState, Update } from '../protocol/state.ts';
import { unreachable } from '../protocol/unreachable.ts';
import type { Refusal } from './session.ts';

/** Times in a row after which no delta applied: the two sides disagree about `apply`, and asking on is no use. */
const RESYNCS_IN_A_ROW_MAX = 5;

export type SubscriptionSink = {
  /** All runs of the server. */
  runs(runs: readonly RunSummary[]): void;
  snapshot(state: RunState): void;
  /** The state stands, and the updates after it follow. */
  resumed(): void;
  /** @throws OutOfStep where the update does not apply. */
  update(update: Update): void;
  /** The state is out of step and must be dropped; a snapshot follows. */
  outOfStep(problem: string): void;
  /** The server has left deltas out (B-2); they or a snapshot follow. */
  lagged(reason: string): void;
};

/** What the connection does for a subscription. */
export type SubscriptionHost = {
  send(message: ClientMessage): void;
  /** An answer is awaited. */
  asked(): void;
  answered(): void;
  /** The run is not there. */
  missing(reason: string): void;
  /** This connection does not lead to a run, another one may. */
  failed(problem: string): void;
  giveUp(refusal: Refusal): void;
};

export type SubscriptionOptions = {
  /** Run to watch, `null` for the first one. */
  readonly run: string | null;
  readonly host: SubscriptionHost;
  readonly sink: SubscriptionSink;
};

type Message<Type> = Extract<ServerMessage, { type: Type }>;

export class Subscription {
  readonly #host: SubscriptionHost;
  readonly #sink: SubscriptionSink;
  #run: string | null;
  /** Whether somebody named the run, so that no other one will do. */
  readonly #isNamed: boolean;
  /** Null before the welcome. */
  #runs: readonly RunSummary[] | null = null;
  /** `asked`: subscribed, and not answered yet; deltas before the answer belong to what was dropped. */
  #stand: 'none' | 'asked' | 'following' = 'none';
  /** Of the state that the sink holds; null while it holds none of this run. */
  #place: Place | null = null;
  #resyncsInARow = 0;

  constructor({ run, host, sink }: SubscriptionOptions) {
    this.#host = host;
    this.#sink = sink;
    this.#run = run;
    this.#isNamed = run !== null;
  }

  /** Id of the run that is watched, null while none is known. */
  get run(): string | null {
    return this.#run;
  }

  /** The connection is gone. The place stays: what comes after it is asked for over the next one. */
  suspend(): void {
    this.#runs = null;
    this.#stand = 'none';
  }

  receive(parsed: Parsed<ServerMessage>): void {
    if (!parsed.ok) {
      this.#outOfStep(`the server sent what this page does not understand: ${parsed.problem}`);
      return;
    }
    const { message } = parsed;
    switch (message.type) {
      case 'welcome':
        if (!this.#isNamed && !isAmong(message.runs, this.#run)) this.#turnTo(null);
        this.#takeRuns(message.runs);
        break;
      case 'runs':
        this.#takeRuns(message.runs);
        break;
      case 'snapshot':
        this.#snapshot(message);
        break;
      case 'resumed':
        this.#resumed(message);
        break;
      case 'delta':
        this.#delta(message);
        break;
      case 'progress':
        if (this.#isOf(message, 'following'))
          this.#sink.update({ type: 'progress', progress: message.progress });
        break;
      case 'resync':
        // Asked anew already, for another reason: the answer to that is on its way.
        if (!this.#isOf(message, 'following')) break;
        this.#sink.lagged(message.reason);
        this.#beginAnew(message.reason);
        break;
      default:
        unreachable(message);
    }
  }

  #isOf({ run }: { readonly run: string }, ...stands: readonly ('asked' | 'following')[]): boolean {
    return run === this.#run && stands.some((stand) => stand === this.#stand);
  }

  #takeRuns(runs: readonly RunSummary[]): void {
    this.#runs = runs;
    this.#sink.runs(runs);
    this.#follow();
  }

  /** Subscribes where the run is there and that has not been done; waits for it where it is not. */
  #follow(): void {
    const runs = this.#runs;
    if (runs === null) return;
    if (this.#run === null) this.#turnTo(runs[0]?.id ?? null);
    if (isAmong(runs, this.#run)) {
      if (this.#stand === 'none') this.#subscribe();
      return;
    }
    this.#stand = 'none';
    const known = runs.map(({ id }) => id).join(', ') || 'none';
    const reason =
      this.#run === null ? 'the server watches no run yet' : `no run ${this.#run} here (runs: ${known})`;
    this.#host.missing(reason);
  }

  #subscribe(): void {
    if (this.#run === null) return;
    this.#stand = 'asked';
    this.#host.asked();
    this.#host.send({ type: 'subscribe', run: this.#run, ...(this.#place && { after: this.#place }) });
  }

  /** Of an earlier subscription to the run, too: it is no older than what is here. */
  #snapshot(message: Message<'snapshot'>): void {
    if (!this.#isOf(message, 'asked', 'following')) return;
    this.#place = { epoch: message.epoch, offset: message.offset };
    this.#sink.snapshot(message.state);
    this.#answered();
  }

  /** */
  #resumed(message: Message<'resumed'>): void {
    const place = this.#place;
    if (!this.#isOf(message, 'asked') || place === null) return;
    if (message.epoch !== place.epoch || message.offset !== place.offset) {
      this.#outOfStep(
        `expected to go on from ${place.offset} of ${place.epoch}, got ${message.offset} of ${message.epoch}`,
      );
      return;
    }
    this.#sink.resumed();
    this.#answered();
  }

  #answered(): void {
    this.#stand = 'following';
    this.#host.answered();
  }

  #delta(message: Message<'delta'>): void {
    const place = this.#place;
    if (!this.#isOf(message, 'following') || place === null) return;
    const problem = turnProblem(place, message) ?? this.#applyProblem(message.delta);
    if (problem !== null) {
      this.#outOfStep(problem);
      return;
    }
    this.#place = { epoch: place.epoch, offset: message.offset };
    this.#resyncsInARow = 0;
  }

  #applyProblem(update: Update): string | null {
    try {
      this.#sink.update(update);
      return null;
    } catch (error) {
      if (error instanceof OutOfStep) return error.message;
      throw error;
    }
  }

  /** S-3, M-3. */
  #outOfStep(problem: string): void {
    this.#place = null;
    this.#sink.outOfStep(problem);
    this.#beginAnew(problem);
  }

  #beginAnew(problem: string): void {
    this.#resyncsInARow += 1;
    if (this.#resyncsInARow > RESYNCS_IN_A_ROW_MAX) {
      this.#resyncsInARow = 0;
      this.#host.giveUp({ reason: `the stream stays out of step (${problem})`, hint: 'Reload the page.' });
    } else if (this.#stand === 'none') this.#host.failed(problem);
    else this.#subscribe();
  }

  #turnTo(run: string | null): void {
    this.#run = run;
    this.#place = null;
    this.#stand = 'none';
    this.#resyncsInARow = 0;
  }
}

/** Why a delta is not the next one, `null` where it is (rule S-1). */
function turnProblem(place: Place, delta: Place): string | null {
  if (delta.epoch !== place.epoch) return `expected epoch ${place.epoch}, got ${delta.epoch}`;
  return delta.offset === place.offset + 1
    ? null
    : `expected offset ${place.offset + 1}, got ${delta.offset}`;
}

function isAmong(runs: readonly RunSummary[], run: string | null): boolean {
  return runs.some(({ id }) => id === run);
}
