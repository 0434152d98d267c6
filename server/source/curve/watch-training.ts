/** The checkpoints of a directory and what its trainer logs, as one source. */
import { merge, type Observable } from 'rxjs';
import { CURVE_POLL_MILLIS } from '../../base/config.ts';
import { type WatchOptions, watchDirectory } from '../directory.ts';
import type { SourceEvent } from '../source-event.ts';
import { watchCurves } from './watch-curves.ts';

/** Logs are looked at more seldom, so that 100 runs together cost what their checkpoints do. */
const POLLS = 5;

export function watchTraining(directory: string, options: WatchOptions = {}): Observable<SourceEvent> {
  const { pollMillis = 0, follow = true } = options;
  const curves = watchCurves(directory, {
    pollMillis: Math.max(CURVE_POLL_MILLIS, POLLS * pollMillis),
    follow,
  });
  return merge(watchDirectory(directory, options), curves);
}
