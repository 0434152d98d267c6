/**
 * One HTML file that is the dashboard of a recorded run: script and data inside, no request to anywhere, forbidden by
 * its own policy; it opens from disk for as long as browsers run scripts. Rules of the data: protocol/recorded-page.ts.
 *
 * Left out: the path that the checkpoints were read from, which is the machine's and not the run's.
 * Memory: the summaries of all checkpoints, and one graph. Bytes: the script (some 350 kB), and four thirds of a
 * deflated graph each: 10 kB at 375 edges, 0.5 MB at 79,764.
 */
import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { encodePacked } from '../../protocol/packed.ts';
import { BLOCK_TYPE, RECORDED_PAGE_VERSION, type RecordedHead } from '../../protocol/recorded-page.ts';
import type { Graph, RunState } from '../../protocol/state.ts';
import { ExportFailure } from './export-failure.ts';
import type { RecordedCheckpoint } from './recorded-run.ts';
import { xmlText } from './xml-text.ts';

export type HtmlOptions = {
  /** Of the page; a module that needs no other. */
  readonly script: string;
  /** `phasewatch/1.2.3`. */
  readonly generator: string;
  readonly state: RunState;
  readonly recordedAt: Date;
  /** Those whose graphs go along. */
  readonly checkpoints: AsyncIterable<RecordedCheckpoint>;
};

/** @throws ExportFailure where there is no graph to export */
export async function* html({
  script,
  generator,
  state,
  recordedAt,
  checkpoints,
}: HtmlOptions): AsyncGenerator<string, void, undefined> {
  yield pageHead(state.run.name, generator, inlineScript(script));
  const head: RecordedHead = {
    version: RECORDED_PAGE_VERSION,
    at: timeText(recordedAt),
    state: stateAlone(state),
  };
  yield block('data-phasewatch-run', head);
  let graphs = 0;
  for await (const { checkpoint, graph, branch } of checkpoints) {
    graphs += 1;
    const names = `data-phasewatch-graph="${xmlText(checkpoint.id)}" data-phasewatch-branch="${branch ?? ''}"`;
    yield block(names, graph);
  }
  if (graphs === 0)
    throw new ExportFailure(`run ${state.run.name}: expected at least one analysed checkpoint, found none`);
  yield '</body>\n</html>\n';
}

function pageHead(name: string, generator: string, script: string): string {
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="${xmlText(generator)}">
<meta name="referrer" content="no-referrer">
<title>${xmlText(name)} · phasewatch</title>
<script type="module">${script}</script>
</head>
<body>
<noscript>This page needs JavaScript.</noscript>
`;
}

/** Nothing in it ends the element that it stands in, or begins a comment there; in a string the escape is the same. */
function inlineScript(script: string): string {
  return script.replaceAll(/<(?=\/script|!--)/gi, '\\x3C');
}

function block(attributes: string, value: RecordedHead | Graph): string {
  const text = deflateSync(encodePacked(value), { level: 9 }).toString('base64');
  return `<script type="${BLOCK_TYPE}" ${attributes}>${text}</script>\n`;
}

/** What was under way when the recording ended has no result, and never will. */
function stateAlone(state: RunState): RunState {
  const checkpoints = state.checkpoints.filter(({ status }) => status !== 'computing');
  return {
    ...state,
    run: { ...state.run, source: '' },
    checkpoints,
    partial: null,
    latest: null,
    progress: {
      activity: 'ended',
      checkpoint: null,
      taken: checkpoints.length,
      known: checkpoints.length,
      layersDone: 0,
      layers: 0,
      remainingMillis: null,
      message: null,
    },
  };
}

/** `25 November 2026, 14:03 UTC`: the same wherever it is read. */
function timeText(time: Date): string {
  const day = time.toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
  return `${day}, ${time.toISOString().slice(11, 16)} UTC`;
}
