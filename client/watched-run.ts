/**
 * A run as the widgets see it, wherever it comes from: a server's stream (`store.ts`) or a file (`recorded-run.ts`).
 */
import type { RunSummary } from '../protocol/messages.ts';
import type { RunState } from '../protocol/state.ts';
import type { ConnectionStatus } from './connection.ts';
import type { Graphs } from './graphs.ts';
import type { Session } from './session.ts';

export type WatchedRun = {
  readonly graphs: Graphs;
  /** All runs that are to be had where this one comes from. */
  readonly runs: readonly RunSummary[];
  /** Id of this run, null while none is known. */
  readonly run: string | null;
  readonly state: RunState | null;
  readonly status: ConnectionStatus;
  /** How often its stream was begun anew: out of step, or read too slowly. */
  readonly resyncs: number;
  /** How often it went on where it had been cut off. */
  readonly resumes: number;
  open(): void;
  close(): void;
  /** Does not wait for the next attempt. */
  retryNow(): void;
  /** Calls `listener` after every change until the returned function is called. */
  subscribe(listener: () => void): () => void;
};

/** Where runs come from. Who acquires one releases it. */
export type RunSource = {
  /** For people, and for the snippets that they copy; null where it is no server. */
  readonly address: string | null;
  /** @param run its id, null for the first one */
  acquire(run: string | null): WatchedRun;
  release(run: WatchedRun): void;
  /** How a server is asked for more than runs; absent where it is no server. */
  readonly session?: Pick<Session, 'request'>;
  /** A token to show from now on. */
  enter(token: string): void;
};
