/**
 * The engine process: runs analyses for the server, so that neither long sweeps nor a crash of the native runtime
 * touch the process that holds the sockets. Speaks `EngineRequest` and `EngineReply` over Node's IPC channel
 * (structured clone, typed arrays without conversion). One request at a time; ends with its parent.
 */
import process from 'node:process';
import { type ComponentNode, possibleEdges } from '../protocol/graph.ts';
import { ACTIVITY_THRESHOLD } from '../protocol/metrics.ts';
import { Runtime } from './ablation/runtime.ts';
import type { Settings } from './ablation/settings.ts';
import { SweepCaches } from './ablation/sweep-cache.ts';
import { type AnalysisEvent, analyse } from './analysis.ts';
import { CheckpointFailure, type FailureCode } from './base/failure.ts';
import { compareGraphs } from './graph/measure.ts';
import type { CheckpointRef } from './source/checkpoint-files.ts';

export type EngineRequest =
  | {
      readonly type: 'analyse';
      /** Whose checkpoint it is: what has not changed since that run's last one is not computed again. */
      readonly run: string;
      readonly checkpoint: CheckpointRef;
      readonly settings: Settings;
    }
  /** Can the device be used? */
  | { readonly type: 'check' }
  | {
      readonly type: 'compare';
      readonly nodes: readonly ComponentNode[];
      /** In edge order. */
      readonly before: Float64Array;
      readonly after: Float64Array;
    };

export type EngineReply =
  | AnalysisEvent
  | { readonly type: 'compared'; readonly metrics: Readonly<Record<string, number>> }
  | { readonly type: 'checked'; readonly problem: string | null }
  /** The request is answered. */
  | { readonly type: 'end' }
  | { readonly type: 'failed'; readonly code: FailureCode; readonly message: string }
  /** A mistake of ours; the parent throws it on. */
  | { readonly type: 'broken'; readonly message: string };

// The parent gives the options of the runtime as the only argument.
const runtime = new Runtime(JSON.parse(process.argv[2]));
const caches = new SweepCaches();

process.on('message', (request: EngineRequest) => {
  void answer(request);
});
process.on('disconnect', () => process.exit());
// Ctrl-C reaches the whole process group; the parent decides when this process ends.
process.on('SIGINT', () => {});

async function answer(request: EngineRequest): Promise<void> {
  try {
    if (request.type === 'check') {
      send({ type: 'checked', problem: await runtime.problem() });
    } else if (request.type === 'compare') {
      send({ type: 'compared', metrics: compared(request) });
    } else {
      const { run, checkpoint, settings } = request;
      for await (const event of analyse(runtime, checkpoint, settings, caches.of(run))) send(event);
    }
    send({ type: 'end' });
  } catch (error) {
    if (error instanceof CheckpointFailure)
      send({ type: 'failed', code: error.code, message: error.message });
    else
      send({
        type: 'broken',
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
  }
}

function compared({ nodes, before, after }: EngineRequest & { readonly type: 'compare' }) {
  const graph = (weights: Float64Array) => ({
    nodes,
    ...possibleEdges(nodes),
    weights,
    standardErrors: null,
  });
  return compareGraphs(graph(before), graph(after), ACTIVITY_THRESHOLD);
}

function send(reply: EngineReply): void {
  // A parent that has died is no error here: `disconnect` follows and ends this process.
  process.send?.(reply, undefined, undefined, () => {});
}
