/**
 * A viewer's place in the stream of one run, and what to send it next.
 *
 *   begin → [snapshot | resumed] → deltas, progress … → resync
 *
 * Deltas come from the stream's memory where they are recent, else a piece at a time from its log. Held here is at most
 * one such piece, and only while it is being sent; of the snapshot nothing, since it is made when there is room for it.
 */
import type { Encoding } from '../../protocol/encoding.ts';
import type { Place } from '../../protocol/messages.ts';
import { CATCH_UP_BYTES, LAG_BYTES_MAX, MIB, RESUME_BYTES_CHEAP } from '../base/config.ts';
import { encodedBytes } from '../base/encoded-bytes.ts';
import type { StreamEntry } from '../log/recent-deltas.ts';
import type { RunStream } from '../log/run-stream.ts';

export type Next =
  | { readonly type: 'frame'; readonly frame: Uint8Array }
  /** There is nothing more, and the viewer has everything. */
  | { readonly type: 'caught-up' }
  /** There is nothing yet. */
  | { readonly type: 'nothing' }
  /** The viewer has to begin anew: since it lags, or since the stream is another. */
  | { readonly type: 'resync'; readonly reason: string; readonly lags: boolean };

const NOTHING: Next = { type: 'nothing' };
const CAUGHT_UP: Next = { type: 'caught-up' };

export class Subscription {
  readonly #stream: RunStream;
  readonly #encoding: Encoding;
  readonly #wake: () => void;
  readonly #leave: () => void;
  readonly #after: Place | null;
  #hasBegun = false;
  /** Of what it began with. */
  #epoch = '';
  /** Last delta that was handed out. */
  #offset = 0;
  /** Fetched from the log, and how many of them were handed out. */
  #fetched: readonly StreamEntry[] = [];
  #fetchedUsed = 0;
  #isFetching = false;
  /** The deltas that come next are no longer kept. */
  #isGone = false;
  #isEnded = false;
  // The snapshot may be a shared one with older progress, and who resumes has none.
  #progressed = true;

  /** @param wake called when there is something again */
  constructor(stream: RunStream, after: Place | null, encoding: Encoding, wake: () => void) {
    this.#stream = stream;
    this.#encoding = encoding;
    this.#wake = wake;
    this.#after = after;
    this.#leave = stream.listen({
      advanced: wake,
      progressed: () => {
        this.#progressed = true;
        wake();
      },
    });
  }

  next(): Next {
    const stream = this.#stream;
    if (!this.#hasBegun) return { type: 'frame', frame: this.#begin() };
    if (stream.epoch !== this.#epoch)
      return { type: 'resync', reason: 'the stream has another epoch', lags: false };
    if (this.#isGone || stream.bytesAfter(this.#offset) > LAG_BYTES_MAX)
      return { type: 'resync', reason: this.#lagReason(), lags: true };
    if (this.#offset < stream.offset) {
      const entry = this.#nextEntry();
      if (!entry) return NOTHING;
      this.#offset = entry.offset;
      return { type: 'frame', frame: entry.message.frame(this.#encoding) };
    }
    if (!this.#progressed) return CAUGHT_UP;
    this.#progressed = false;
    return { type: 'frame', frame: stream.progress().frame(this.#encoding) };
  }

  end(): void {
    this.#leave();
    this.#fetched = [];
    this.#isEnded = true;
  }

  #begin(): Uint8Array {
    const { id: run, epoch, offset } = this.#stream;
    const after = this.#after;
    const resumes = after !== null && this.#isWorthResuming(after);
    this.#hasBegun = true;
    this.#epoch = epoch;
    this.#offset = resumes ? after.offset : offset;
    if (!resumes) return this.#stream.snapshot().frame(this.#encoding);
    return encodedBytes({ type: 'resumed', run, epoch, offset: after.offset }, this.#encoding);
  }

  /** Deltas at most as dear as a snapshot, and not so many that the viewer would lag at once. */
  #isWorthResuming(after: Place): boolean {
    const stream = this.#stream;
    // From an older epoch on the deltas would be of two, and to the viewer the second is out of turn (S-3).
    if (after.epoch !== stream.epoch || !stream.has(after)) return false;
    const bytes = stream.bytesAfter(after.offset);
    if (bytes <= RESUME_BYTES_CHEAP) return true;
    return bytes <= LAG_BYTES_MAX / 2 && bytes <= stream.snapshot().frame('binary').length;
  }

  #nextEntry(): StreamEntry | null {
    if (this.#fetchedUsed < this.#fetched.length) {
      this.#fetchedUsed += 1;
      return this.#fetched[this.#fetchedUsed - 1];
    }
    this.#fetched = [];
    const recent = this.#stream.recentAfter(this.#offset);
    if (!recent && !this.#isFetching) void this.#fetch();
    return recent;
  }

  async #fetch(): Promise<void> {
    this.#isFetching = true;
    const entries = await this.#stream.storedAfter(this.#offset, CATCH_UP_BYTES);
    this.#isFetching = false;
    if (this.#isEnded) return;
    this.#fetched = entries ?? [];
    this.#fetchedUsed = 0;
    this.#isGone = entries === null;
    this.#wake();
  }

  #lagReason(): string {
    return this.#isGone
      ? 'the deltas that come next are no longer kept'
      : `more than ${LAG_BYTES_MAX / MIB} MiB behind`;
  }
}
