/**
 * What the last sweep found, for the next: frozen layers and identical checkpoints cost their hash only.
 *
 * A layer's results follow from the embedded probe and the weights of that layer and all before it, so they stand
 * as long as those hashes are the same from the first layer on. Residual streams are kept up to
 * STREAM_CACHE_BYTES_MAX, the early and small ones first, so that a sweep can begin where the changed layers begin;
 * past the last one that was kept it runs the unchanged layers again.
 */
import { createHash } from 'node:crypto';
import { STREAM_CACHE_BYTES_MAX, SWEEP_CACHES_MAX } from '../base/config.ts';
import type { LayerEvent, OutputEvent } from './sweep-event.ts';

/** SHA-256 over arrays and their names, in the order given. */
export function hashOf(arrays: Readonly<Record<string, Float32Array | null | undefined>>): string {
  const hash = createHash('sha256');
  for (const [name, values] of Object.entries(arrays)) {
    if (!values) continue;
    hash.update(`${name}:${values.length};`);
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('base64');
}

export type CachedLayer = {
  readonly hash: string;
  readonly event: LayerEvent;
  /** Residual stream before the layer; null where it was too large to keep. */
  readonly stream: Float32Array | null;
};

export type CachedSweep = {
  /** What has to be the same for anything to stand: model shape, probe as embedded, settings. */
  readonly key: string;
  readonly layers: readonly CachedLayer[];
  readonly readoutHash: string;
  readonly output: OutputEvent;
};

export class SweepCache {
  #sweep: CachedSweep | null = null;

  /** The last sweep, if it was under this key. */
  get(key: string): CachedSweep | null {
    return this.#sweep?.key === key ? this.#sweep : null;
  }

  put(sweep: CachedSweep): void {
    this.#sweep = sweep;
  }
}

/** A cache for each run of those analysed lately; the run that was analysed longest ago gives way. */
export class SweepCaches {
  readonly #caches = new Map<string, SweepCache>();

  of(run: string): SweepCache {
    const cache = this.#caches.get(run) ?? new SweepCache();
    this.#caches.delete(run);
    this.#caches.set(run, cache);
    for (const oldest of this.#caches.keys()) {
      if (this.#caches.size <= SWEEP_CACHES_MAX) break;
      this.#caches.delete(oldest);
    }
    return cache;
  }
}

/** `stream`, if it still fits beside those already kept; else null. */
export function keptStream(stream: Float32Array, kept: readonly CachedLayer[]): Float32Array | null {
  const bytes = kept.reduce((sum, layer) => sum + (layer.stream?.byteLength ?? 0), stream.byteLength);
  return bytes <= STREAM_CACHE_BYTES_MAX ? stream : null;
}
