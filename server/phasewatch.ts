/**
 * What the package offers under `phasewatch`: sources of checkpoints and their analysis as RxJS Observables, for
 * programs that need no server; the deltas, and how they change the state of a run; and the types of a config file.
 * Node only. What a browser needs is in `phasewatch/client`, what both need in `phasewatch/protocol`.
 */
export { apply, initialState } from '../protocol/apply.ts';
export type { RunInfo, RunState, Update } from '../protocol/state.ts';
export type { ProbeOptions } from './ablation/probe.ts';
export { type BucketOptions, type HubOptions, watchBucket, watchHub } from './addressed.ts';
export { type AnalyzeOptions, analyze } from './analyzed.ts';
export { CheckpointFailure, type FailureCode } from './base/failure.ts';
export { type CheckpointRef, type WatchOptions, watchDirectory } from './source/directory.ts';
export type { Source, Taker } from './source/source.ts';
export type { LogEntry, SourceEvent } from './source/source-event.ts';
export { defineConfig, type PhasewatchConfig, type RunConfig } from './terminal/named-options.ts';
export { UsageError } from './terminal/usage-error.ts';
