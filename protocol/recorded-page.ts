/**
 * A recorded run inside of an HTML page: blocks of data that browsers leave alone, read one by one when they are needed.
 *
 *     <script type="application/octet-stream;base64" data-phasewatch-run>…</script>
 *     <script type="application/octet-stream;base64" data-phasewatch-graph="checkpoint-500" data-phasewatch-branch="">…</script>
 *
 * A block is the base64 of the zlib stream of one MessagePack value (packed.ts): a `RecordedHead`, or a `Graph`.
 * `data-phasewatch-branch` is the number of the branch that the checkpoint was left behind in, empty for one of the run.
 */
import type { RunState } from './state.ts';

export const BLOCK_TYPE = 'application/octet-stream;base64';

/** Of the blocks; a page holds its own reader, but a notebook may hold a page of another version. */
export const RECORDED_PAGE_VERSION = 1;

export type RecordedHead = {
  readonly version: number;
  /** When the last of it was recorded, for people. */
  readonly at: string;
  /** Without graphs, and without the place that its checkpoints were read from. */
  readonly state: RunState;
};
