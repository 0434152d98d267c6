/**
 * A sweep stage by stage: each stage takes the residual stream of all rows, yields the edges into one layer and
 * hands the stream on. Stages whose results follow from the same weights as in the previous sweep are not run.
 */

import { type CachedLayer, hashOf, keptStream, type SweepCache } from './sweep-cache.ts';
import type { LayerEvent, OutputEvent, SweepEvent } from './sweep-event.ts';

/** Weights that are loaded, and what they do to the residual stream before them. */
export type Loaded<Result> = {
  readonly weights: Readonly<Record<string, Float32Array | null | undefined>>;
  run(before: Float32Array): Promise<Result>;
};
export type StageResult = {
  readonly event: Omit<LayerEvent, 'type' | 'layer' | 'unchanged'>;
  readonly next: Float32Array;
};

export type Stages = {
  /** Residual stream before the first layer. */
  readonly stream: Float32Array;
  readonly layers: readonly (() => Promise<Loaded<StageResult>>)[];
  readonly output: () => Promise<Loaded<Omit<OutputEvent, 'type' | 'unchanged'>>>;
  /** All that decides the results beside the stream and the weights of the stages. */
  readonly key: readonly unknown[];
};

/** @param cache results of the previous sweep, which is replaced by this one's; null for none */
export async function* stagedSweep(
  { stream: begun, layers, output, key: choices }: Stages,
  cache: SweepCache | null,
): AsyncGenerator<SweepEvent> {
  const key = cache ? JSON.stringify([choices, hashOf({ begun })]) : '';
  const previous = cache?.get(key) ?? null;
  const done: CachedLayer[] = [];
  /** Residual stream before the next layer; null while all layers are unchanged. */
  let stream = previous ? null : begun;
  for (const [layer, load] of layers.entries()) {
    const stage = await load();
    const hash = cache ? hashOf(stage.weights) : '';
    const known = previous?.layers[layer];
    if (stream === null && known?.hash === hash) {
      done.push(known);
      yield { ...known.event, unchanged: true };
      continue;
    }
    stream ??= known?.stream ?? (await streamBefore(layer));
    const result = await stage.run(stream);
    const event: LayerEvent = { type: 'layer', layer, ...result.event, unchanged: false };
    done.push({ hash, event, stream: cache ? keptStream(stream, done) : null });
    yield event;
    stream = result.next;
  }

  const last = await output();
  const readoutHash = cache ? hashOf(last.weights) : '';
  if (stream === null && previous && previous.readoutHash === readoutHash) {
    cache?.put({ key, layers: done, readoutHash, output: previous.output });
    yield { ...previous.output, unchanged: true };
    return;
  }
  const event: OutputEvent = {
    type: 'output',
    ...(await last.run(stream ?? (await streamBefore(layers.length)))),
    unchanged: false,
  };
  cache?.put({ key, layers: done, readoutHash, output: event });
  yield event;

  /** The residual stream before `layer`, from the nearest one that was kept. */
  async function streamBefore(layer: number): Promise<Float32Array> {
    let from = layer - 1;
    while (from > 0 && !done[from].stream) from -= 1;
    let before = done[from]?.stream ?? begun;
    for (let at = Math.max(0, from); at < layer; at += 1)
      before = (await (await layers[at]()).run(before)).next;
    return before;
  }
}
