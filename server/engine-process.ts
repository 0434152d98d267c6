/**
 * The server's side of the engine process (engine.ts): starts it when first needed and again after it died.
 *
 * What is asked is answered as an Observable; unsubscribing before the end kills the process, which is the only
 * way to stop native code at once. One request at a time, which the pipeline's `concatMap` keeps.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { firstValueFrom, map, Observable } from 'rxjs';
import type { ComponentNode } from '../protocol/graph.ts';
import type { RuntimeOptions } from './ablation/runtime.ts';
import type { Settings } from './ablation/settings.ts';
import type { AnalysisEvent } from './analysis.ts';
import { CheckpointFailure } from './base/failure.ts';
import type { EngineReply, EngineRequest } from './engine.ts';
import type { CheckpointRef } from './source/checkpoint-files.ts';

/** What the pipeline needs of an engine. */
export interface Engine {
  /** Errors with a CheckpointFailure where the checkpoint is at fault, or the runtime died over it. */
  analyse(run: string, checkpoint: CheckpointRef, settings: Settings): Observable<AnalysisEvent>;
  /** Metrics that compare a graph with the one before it. */
  compare(
    nodes: readonly ComponentNode[],
    before: Float64Array,
    after: Float64Array,
  ): Observable<Readonly<Record<string, number>>>;
}

export class EngineProcess implements Engine {
  readonly #options: RuntimeOptions;
  #child: ChildProcess | null = null;

  constructor(options: RuntimeOptions) {
    this.#options = options;
  }

  /** Why the device cannot be used, and what to do; null where it can. */
  problem(): Promise<string | null> {
    const answer = this.#ask({ type: 'check' }, (reply) => (reply.type === 'checked' ? reply : null));
    return firstValueFrom(answer.pipe(map((reply) => reply.problem)));
  }

  analyse(run: string, checkpoint: CheckpointRef, settings: Settings): Observable<AnalysisEvent> {
    return this.#ask({ type: 'analyse', run, checkpoint, settings }, (reply) =>
      isAnalysisEvent(reply) ? reply : null,
    );
  }

  compare(
    nodes: readonly ComponentNode[],
    before: Float64Array,
    after: Float64Array,
  ): Observable<Readonly<Record<string, number>>> {
    return this.#ask({ type: 'compare', nodes, before, after }, (reply) =>
      reply.type === 'compared' ? reply.metrics : null,
    );
  }

  /** Starts the process ahead of the first request, so that the first checkpoint does not wait for it. */
  warmUp(): void {
    this.#alive();
  }

  stop(): void {
    this.#child?.kill('SIGKILL');
    this.#child = null;
  }

  #ask<T>(request: EngineRequest, pick: (reply: EngineReply) => T | null): Observable<T> {
    return new Observable<T>((subscriber) => {
      const child = this.#alive();
      let answered = false;
      const onMessage = (reply: EngineReply) => {
        if (reply.type === 'end' || reply.type === 'failed' || reply.type === 'broken') answered = true;
        if (reply.type === 'end') subscriber.complete();
        else if (reply.type === 'failed') subscriber.error(new CheckpointFailure(reply.code, reply.message));
        else if (reply.type === 'broken') subscriber.error(new Error(reply.message));
        else {
          const picked = pick(reply);
          if (picked === null) throw new Error(`invariant: ${reply.type} answers ${request.type}`);
          subscriber.next(picked);
        }
      };
      const onExit = (code: number | null, signal: NodeJS.Signals | null) => {
        answered = true;
        subscriber.error(
          new CheckpointFailure(
            'engine',
            `the analysis process died over this checkpoint (${signal ?? `exit code ${code}`}); it is started anew for the next`,
          ),
        );
      };
      child.on('message', onMessage);
      child.once('exit', onExit);
      child.send(request);
      return () => {
        child.off('message', onMessage);
        child.off('exit', onExit);
        if (!answered) this.stop();
      };
    });
  }

  #alive(): ChildProcess {
    if (this.#child?.connected && this.#child.exitCode === null && this.#child.signalCode === null)
      return this.#child;
    const script = fileURLToPath(new URL('./engine.js', import.meta.url));
    const child = fork(script, [JSON.stringify(this.#options)], {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    // A failed send shows as the exit that follows it; without a listener it would end the server.
    child.on('error', () => {});
    this.#child = child;
    return child;
  }
}

function isAnalysisEvent(reply: EngineReply): reply is AnalysisEvent {
  return ['opened', 'layer', 'output', 'measured', 'null-model'].includes(reply.type);
}
