/**
 * What the trainer logs itself, from the files it writes beside its checkpoints (places.ts): what is there, then what is
 * appended.
 *
 * By polling, one poll at a time. A poll lists three directories and takes the attributes of each log; a log is read only
 * where they differ from those of the last time, and then from where that reading ended. Order within a poll: by place,
 * then as the file has it. What cannot be read is said once for a file and a reason, and costs no checkpoint.
 */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { concatMap, defer, EMPTY, from, type Observable, repeat, timer } from 'rxjs';
import { CURVE_POLL_MILLIS } from '../../base/config.ts';
import { CheckpointFailure } from '../../base/failure.ts';
import { systemCode } from '../regular-file.ts';
import type { SourceEvent } from '../source-event.ts';
import { CsvLog } from './csv-log.ts';
import type { CurveFile } from './curve-file.ts';
import { JsonLines } from './jsonl.ts';
import { type CurvePlace, curvePlaces } from './places.ts';
import { TrainerState } from './trainer-state.ts';

export type CurveOptions = {
  readonly pollMillis?: number;
  /** False: complete when what is there has been read. */
  readonly follow?: boolean;
};

type Followed = {
  readonly file: CurveFile;
  readonly inode: bigint;
  readonly size: bigint;
  readonly signature: string;
};

export function watchCurves(directory: string, options: CurveOptions = {}): Observable<SourceEvent> {
  const { pollMillis = CURVE_POLL_MILLIS, follow = true } = options;
  return defer(() => {
    const curves = new CurveFiles(resolve(directory));
    return defer(() => from(curves.look())).pipe(
      repeat({ delay: () => (follow ? timer(pollMillis) : EMPTY) }),
      concatMap((events) => events),
    );
  });
}

class CurveFiles {
  readonly #root: string;
  readonly #followed = new Map<string, Followed>();
  readonly #said = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  /** One poll; a batch of events for each piece that was read, so that memory holds one. */
  async *look(): AsyncGenerator<readonly SourceEvent[]> {
    for (const place of await curvePlaces(this.#root)) {
      const file = await this.#changed(place);
      if (file !== null) yield* this.#pieces(place, file);
    }
  }

  /** The log at a place, null where there is nothing to read. */
  async #changed({ kind, name }: CurvePlace): Promise<CurveFile | null> {
    const path = join(this.#root, name);
    const key = kind === 'newest-state' ? kind : name;
    const attributes = await stat(path, { bigint: true }).catch((error) => {
      if (systemCode(error) === null) throw error;
      return null;
    });
    if (attributes === null) return null;
    const { ino: inode, size, mtimeNs } = attributes;
    const signature = [name, inode, size, mtimeNs].join(' ');
    const before = this.#followed.get(key);
    if (before?.signature === signature) return null;
    let file = before?.file;
    if (file instanceof TrainerState) file.moveTo(path);
    // Another file now, or one written anew: what was wrong with the one before does not count.
    else if (file === undefined || before?.inode !== inode || size < (before?.size ?? 0n))
      file = await opened({ kind, name }, this.#root);
    this.#followed.set(key, { file, inode, size, signature });
    return file.isOver ? null : file;
  }

  async *#pieces({ name }: CurvePlace, file: CurveFile): AsyncGenerator<readonly SourceEvent[]> {
    for (let hasMore = true; hasMore && !file.isOver; ) {
      try {
        const reading = await file.read();
        hasMore = reading.hasMore;
        const { entries, notFinite } = reading;
        yield [
          ...(entries.length > 0 ? [{ type: 'logged', entries } as const] : []),
          ...(notFinite > 0 ? this.#note(name, 'not-finite', notFiniteText(notFinite)) : []),
        ];
      } catch (error) {
        if (!(error instanceof CheckpointFailure)) throw error;
        // It has just gone, and is looked for again.
        if (error.code === 'incomplete') return;
        yield this.#note(name, error.code, error.message);
        return;
      }
    }
  }

  #note(name: string, code: string, message: string): SourceEvent[] {
    const key = `${name} ${code}`;
    if (this.#said.has(key)) return [];
    this.#said.add(key);
    return [{ type: 'ignored', name, message: `${name}: ${message}` }];
  }
}

function notFiniteText(count: number): string {
  return `expected finite numbers, found ${count} NaN or infinite ${count === 1 ? 'value' : 'values'} so far; they are left out, and so are later ones`;
}

async function opened({ kind, name }: CurvePlace, root: string): Promise<CurveFile> {
  const path = join(root, name);
  switch (kind) {
    case 'state':
    case 'newest-state':
      return new TrainerState(path, root);
    case 'jsonl':
      return new JsonLines(path, root);
    case 'csv':
      return new CsvLog(path, root);
    case 'tensorboard': {
      const { TensorBoardFile } = await import('./tensorboard.ts');
      return new TensorBoardFile(path, root);
    }
  }
}
