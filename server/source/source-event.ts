/**
 * What a source of checkpoints reports. Of one checkpoint any number of events may come: it may fail, be tried
 * again and be ready, and be ready again when its files were written again, with other contents or the same; the last
 * event of an id counts.
 */
import type { CheckpointRef } from './checkpoint-files.ts';

export type LogEntry = { readonly step: number; readonly values: Readonly<Record<string, number>> };

export type SourceEvent =
  /** Complete, and not changing any more; its `content` is not null. */
  | { readonly type: 'ready'; readonly checkpoint: CheckpointRef }
  /** Not complete, and not getting there; tried again when anything in it changes. */
  | {
      readonly type: 'failed';
      readonly id: string;
      readonly step: number;
      readonly failure: { readonly code: string; readonly message: string };
    }
  /** What the source is doing that takes a while, as a sentence with how far it is; null when it is over. */
  | { readonly type: 'fetching'; readonly message: string | null }
  /** Scalars that the trainer logged, by name; a later value of the same step and name replaces an earlier one. */
  | { readonly type: 'logged'; readonly entries: readonly LogEntry[] }
  /** The source itself cannot be reached: not yet, or not any more. */
  | { readonly type: 'missing'; readonly message: string }
  /** It can be reached again, after `missing`. */
  | { readonly type: 'present' }
  /**
   * The training has ended, as something of its own says; everything that is there was reported before. The source goes
   * on, and says it again when what says so was written again.
   */
  | {
      readonly type: 'ended';
      readonly message: string;
      /** The checkpoint that says so, null where the run as a whole does. */
      readonly checkpoint: string | null;
      /** False where it had ended before this source began to look. */
      readonly isNews: boolean;
    }
  /** The training goes on after all, after `ended`. */
  | { readonly type: 'continued' }
  /** An entry that is no checkpoint, though somebody may think so, or something in one that is left alone. Once. */
  | { readonly type: 'ignored'; readonly name: string; readonly message: string };
