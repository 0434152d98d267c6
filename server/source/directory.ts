/** stub; types first */
import { NEVER, type Observable } from 'rxjs';
import type { CheckpointRef } from './checkpoint-files.ts';

export type { CheckpointRef } from './checkpoint-files.ts';

export type SourceEvent =
  | { readonly type: 'ready'; readonly checkpoint: CheckpointRef }
  | {
      readonly type: 'failed';
      readonly id: string;
      readonly step: number;
      readonly failure: { readonly code: string; readonly message: string };
    }
  | { readonly type: 'missing'; readonly message: string }
  | { readonly type: 'present' }
  | { readonly type: 'ignored'; readonly name: string; readonly message: string };

export type WatchOptions = {
  readonly settleMillis?: number;
  readonly marker?: string;
  readonly pollMillis?: number;
  readonly stalledMillis?: number;
  readonly follow?: boolean;
};

export function watchDirectory(_directory: string, _options: WatchOptions = {}): Observable<SourceEvent> {
  return NEVER;
}
