/**
 * The runs that a server has, as the gateway sees them: they come, and stay until the server ends. Listeners hear of
 * those that come, and of results that are no longer kept or are kept again.
 */
import type { RunStream } from './log/run-stream.ts';
import type { Runs } from './log/run-view.ts';

export class ServedRuns implements Runs<RunStream> {
  readonly trainsMore: boolean;
  readonly #streams = new Map<string, RunStream>();
  readonly #listeners = new Set<() => void>();

  constructor({ trainsMore = false }: { readonly trainsMore?: boolean } = {}) {
    this.trainsMore = trainsMore;
  }

  add(stream: RunStream): void {
    this.#streams.set(stream.id, stream);
    stream.listen({ advanced() {}, progressed() {}, kept: () => this.#changed() });
    this.#changed();
  }

  all(): readonly RunStream[] {
    return [...this.#streams.values()];
  }

  get(id: string): RunStream | undefined {
    return this.#streams.get(id);
  }

  listen(changed: () => void): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** When all that was published has been kept. */
  async close(): Promise<void> {
    await Promise.all(this.all().map((stream) => stream.close()));
  }
}
