/**
 * The newest deltas of a stream, in memory, for viewers who are nearly up to date. Bounded by RECENT_BYTES_MAX, counted
 * in MessagePack; the newest one is always held.
 */
import { RECENT_BYTES_MAX } from '../base/config.ts';
import type { SharedMessage } from './shared-message.ts';

export type StreamEntry = { readonly offset: number; readonly message: SharedMessage };

export class RecentDeltas {
  #entries: StreamEntry[] = [];
  #sizes: number[] = [];
  #bytes = 0;

  /** @param bytes its size in MessagePack */
  add(entry: StreamEntry, bytes: number): void {
    this.#entries.push(entry);
    this.#sizes.push(bytes);
    this.#bytes += bytes;
    let dropped = 0;
    while (this.#bytes > RECENT_BYTES_MAX && dropped < this.#entries.length - 1) {
      this.#bytes -= this.#sizes[dropped];
      dropped += 1;
    }
    if (dropped === 0) return;
    this.#entries = this.#entries.slice(dropped);
    this.#sizes = this.#sizes.slice(dropped);
  }

  /** The one after an offset, null where it is no longer here, or not yet. */
  after(offset: number): StreamEntry | null {
    const first = this.#entries[0]?.offset ?? 0;
    return this.#entries[offset + 1 - first] ?? null;
  }
}
