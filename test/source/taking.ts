/**
 * One life of a process that takes checkpoints from a source: reads each as soon as it is ready, one after the other,
 * and says when it is through with it. What came can be waited for; nothing here waits for a time to pass, except to
 * give up with a list of all that came.
 */
import { Subject, type Subscription } from 'rxjs';
import { type CheckpointRef, openCheckpoint } from '../../server/source/checkpoint-files.ts';
import type { Source } from '../../server/source/source.ts';
import type { SourceEvent } from '../../server/source/source-event.ts';
import type { Sample } from './samples.ts';

/** Two cores that others use too need a few hundred milliseconds for anything here. */
const PATIENCE_MILLIS = 20_000;

/** A checkpoint as it was read. */
export type Taken = Sample & { readonly id: string; readonly step: number; readonly content: string };

export type TakingOptions = {
  /** Contents that an earlier life has taken, by id. */
  readonly done?: ReadonlyMap<string, string>;
  /** Keeps the files of everything that was read until `release`. */
  readonly holds?: boolean;
};

export class Taking {
  readonly events: SourceEvent[] = [];
  readonly taken: Taken[] = [];
  /** The most checkpoints that were ready and not let go of at any time. */
  peak = 0;
  readonly #options: TakingOptions;
  readonly #through = new Subject<string>();
  readonly #waiting = new Set<() => void>();
  readonly #held: string[] = [];
  readonly #subscription: Subscription;
  #ahead = 0;
  #reading: Promise<void> = Promise.resolve();
  #error: unknown = null;

  constructor(source: Source, options: TakingOptions = {}) {
    this.#options = options;
    const isDone = (id: string, content: string) => options.done?.get(id) === content;
    this.#subscription = source({ isDone, through: this.#through.asObservable() }).subscribe({
      next: (event) => this.#hear(event, isDone),
      error: (error) => this.#fail(error),
    });
  }

  /** Steps whose checkpoints were read, in the order in which they came. */
  get steps(): readonly number[] {
    return this.taken.map(({ step }) => step);
  }

  /** What was taken last of each checkpoint, for the next life. */
  get contents(): ReadonlyMap<string, string> {
    return new Map(this.taken.map(({ id, content }) => [id, content]));
  }

  last(step: number): Taken | undefined {
    return this.taken.findLast((taken) => taken.step === step);
  }

  types(type: SourceEvent['type']): number {
    return this.events.filter((event) => event.type === type).length;
  }

  failuresOf(step: number) {
    return this.events.flatMap((event) => (event.type === 'failed' && event.step === step ? [event] : []));
  }

  /** Resolves when `condition` holds, which is looked at after everything that comes. */
  async until(what: string, condition: () => boolean): Promise<void> {
    let late: NodeJS.Timeout | undefined;
    let look: () => void = () => {};
    try {
      await new Promise<void>((resolve, reject) => {
        look = () => {
          if (this.#error) reject(this.#error);
          else if (condition()) resolve();
        };
        this.#waiting.add(look);
        late = setTimeout(
          () => reject(new Error(`waited for ${what}; what came: ${JSON.stringify(this.events)}`)),
          PATIENCE_MILLIS,
        );
        look();
      });
    } finally {
      clearTimeout(late);
      this.#waiting.delete(look);
    }
  }

  /** Until that many checkpoints were read. */
  untilTaken(count: number): Promise<void> {
    return this.until(`${count} checkpoints`, () => this.taken.length >= count);
  }

  /** Lets go of the oldest that is held. */
  release(): void {
    const id = this.#held.shift();
    if (id !== undefined) this.#letGo(id);
  }

  stop(): void {
    this.#subscription.unsubscribe();
  }

  #hear(event: SourceEvent, isDone: (id: string, content: string) => boolean): void {
    this.events.push(event);
    if (event.type === 'failed') this.#through.next(event.id);
    if (event.type === 'ready') {
      const { checkpoint } = event;
      this.#ahead++;
      if (isDone(checkpoint.id, checkpoint.content ?? '')) this.#letGo(checkpoint.id);
      else
        this.#reading = this.#reading.then(() => this.#read(checkpoint)).catch((error) => this.#fail(error));
      this.peak = Math.max(this.peak, this.#ahead);
    }
    this.#look();
  }

  async #read(checkpoint: CheckpointRef): Promise<void> {
    this.taken.push(await takenFrom(checkpoint));
    if (this.#options.holds) this.#held.push(checkpoint.id);
    else this.#letGo(checkpoint.id);
    this.#look();
  }

  #letGo(id: string): void {
    this.#ahead--;
    this.#through.next(id);
  }

  #fail(error: unknown): void {
    this.#error = error;
    this.#look();
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}

async function takenFrom(checkpoint: CheckpointRef): Promise<Taken> {
  const { id, step, content } = checkpoint;
  if (content === null) throw new Error(`${id}: is ready without a content`);
  const { config, tensors, close } = await openCheckpoint(checkpoint);
  try {
    const read: Record<string, Sample['tensors'][string]> = {};
    for (const name of tensors.names())
      read[name] = { shape: tensors.shape(name), values: [...(await tensors.read(name))] };
    return { id, step, content, config: config as Sample['config'], tensors: read };
  } finally {
    await close();
  }
}
