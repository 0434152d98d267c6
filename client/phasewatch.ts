/**
 * What the package offers to a page under `phasewatch/client`: the elements, which are defined as soon as this is imported,
 * and what a program needs that hands data to them or draws widgets of its own. `phasewatch/client` is for bundlers and
 * import maps; a plain page takes the server's `embed.js`.
 *
 * Without `src` or `<phasewatch-source>` elements ask the server that `setHomeServer` names.
 */
export type { ConnectionStatus } from './connection.ts';
export type {
  ChooseDetail,
  CompareDetail,
  HoverDetail,
  RunDetail,
  SelectDetail,
} from './elements/events.ts';
export { PhasewatchApp } from './elements/phasewatch-app.ts';
export { PhasewatchChart } from './elements/phasewatch-chart.ts';
export { PhasewatchCheckpoints } from './elements/phasewatch-checkpoints.ts';
export { PhasewatchDiff } from './elements/phasewatch-diff.ts';
export { PhasewatchGraph } from './elements/phasewatch-graph.ts';
export { PhasewatchMatrix } from './elements/phasewatch-matrix.ts';
export { PhasewatchMetrics } from './elements/phasewatch-metrics.ts';
export { PhasewatchPhases } from './elements/phasewatch-phases.ts';
export { PhasewatchRoles } from './elements/phasewatch-roles.ts';
export { PhasewatchScrubber } from './elements/phasewatch-scrubber.ts';
export { PhasewatchSource } from './elements/phasewatch-source.ts';
export { PhasewatchStatus } from './elements/phasewatch-status.ts';
export {
  type About,
  type ImageFormat,
  type Origin,
  type Saved,
  type Table,
  Widget,
} from './elements/widget.ts';
export { Feed, type FeedOptions } from './feed/feed.ts';
export type { Look } from './feed/look.ts';
export { RecordedSource, type Recording } from './recorded-run.ts';
export { Server, type ServerOptions } from './server.ts';
export { setHomeServer } from './servers.ts';
export type { CheckpointKey } from './view/branches.ts';
export type { Focus } from './view/focus.ts';
export type { RunSource, WatchedRun } from './watched-run.ts';
