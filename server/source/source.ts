/**
 * A source of checkpoints, and what it is told by whoever takes them. A source that fetches from elsewhere goes only a
 * few checkpoints ahead of the analysis, keeps the files of one until it is through, and leaves out what is done.
 */
import type { Observable } from 'rxjs';
import type { SourceEvent } from './source-event.ts';

export type Taker = {
  /** Whether a checkpoint of these contents is done, so that its files are not needed any more. */
  readonly isDone: (id: string, content: string) => boolean;
  /** Names of checkpoints whose files are not read any more: analysed, failed, or known already. May repeat. */
  readonly through: Observable<string>;
};

export type Source = (taker: Taker) => Observable<SourceEvent>;
