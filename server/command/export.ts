/** `phasewatch export`: a recorded run as a file that can be replayed elsewhere, or in a format of other programs. */

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { apply, initialState } from '../../protocol/apply.ts';
import type { Analysis } from '../../protocol/state.ts';
import { MIB, PAGE_BYTES_MAX } from '../base/config.ts';
import { ExportFailure } from '../export/export-failure.ts';
import { EXPORT_FORMATS, type ExportFormat, exportText } from '../export/formats.ts';
import { html } from '../export/html.ts';
import type { RecordedCheckpoint } from '../export/recorded-run.ts';
import type { RecordedRun } from '../log/recorded-run.ts';
import { recordedBytes, recordingHeader } from '../log/recording.ts';
import { endLine, lineOf, phasesLine } from '../terminal/lines.ts';
import type { Command } from '../terminal/options.ts';
import { oneOf, UsageError } from '../terminal/words.ts';
import { EXIT, say } from './person.ts';
import { openRecorded } from './replay.ts';
import { version } from './version.ts';

/** Of the page that --html writes (`client/embed/recording.ts`). */
const PAGE_SCRIPT = fileURLToPath(new URL('../../page/recording.js', import.meta.url));

type ExportCommand = Command & { readonly name: 'export' };

export async function exportRun(command: ExportCommand): Promise<number> {
  if (command.html !== null) return exportPage(command, command.html);
  const formats = ['recording', ...(Object.keys(EXPORT_FORMATS) as ExportFormat[])] as const;
  const format = oneOf('format', command.format ?? undefined, formats, 'recording');
  if (format === 'recording' && command.file === null && process.stdout.isTTY)
    throw new UsageError('--out: a recording is not for a terminal; name a file, or pipe it into one');
  return exported(command, (run) =>
    written(format === 'recording' ? recording(run) : text(run, format, command), command.file),
  );
}

/** `--html`: the dashboard of the run, in one file. */
async function exportPage(command: ExportCommand, file: string): Promise<number> {
  const { format, file: other, leastWeight, step } = command;
  if (format !== null || other !== null)
    throw new UsageError(
      `--html: it is a file of its own; leave out ${format === null ? '--out' : '--format'}`,
    );
  if (leastWeight > 0) throw new UsageError('--least-weight: --html has no use for it: its graphs are whole');
  const script = pageScript();
  return exported(command, async (run) => {
    let recordedAt = 0;
    for await (const { at } of run.deltas()) recordedAt = at;
    const pieces = html({
      script,
      generator: `phasewatch/${version()}`,
      state: run.state,
      recordedAt: new Date(recordedAt),
      checkpoints: ofStep(checkpointsOf(run), step),
    });
    await written(pieces, file, { option: 'html', bytesMax: PAGE_BYTES_MAX });
  });
}

async function exported(command: ExportCommand, write: (run: RecordedRun) => Promise<void>): Promise<number> {
  const run = await openRecorded(command.record, command.data);
  try {
    await write(run);
  } catch (error) {
    if (error instanceof ExportFailure) throw new UsageError(error.message);
    throw error;
  } finally {
    await run.close();
  }
  return EXIT.ok;
}

/** @throws UsageError where it has not been built */
function pageScript(): string {
  try {
    return readFileSync(PAGE_SCRIPT, 'utf8');
  } catch {
    throw new UsageError(
      `--html: expected the page's script in ${PAGE_SCRIPT}, found none; npm run build makes it`,
    );
  }
}

async function* ofStep(
  checkpoints: AsyncIterable<RecordedCheckpoint>,
  step: number | null,
): AsyncGenerator<RecordedCheckpoint> {
  let found = 0;
  for await (const recorded of checkpoints) {
    if (step !== null && recorded.checkpoint.step !== step) continue;
    found += 1;
    yield recorded;
  }
  if (step !== null && found === 0)
    throw new ExportFailure(`--step: expected the step of an analysed checkpoint, found none at ${step}`);
}

async function* recording(run: RecordedRun): AsyncGenerator<Uint8Array> {
  yield recordingHeader(run.run, new Date());
  for await (const delta of run.deltas()) yield recordedBytes(delta);
}

function text(run: RecordedRun, format: ExportFormat, command: ExportCommand): AsyncGenerator<string> {
  const options = {
    threshold: command.leastWeight > 0 ? command.leastWeight : null,
    step: command.step,
  };
  for (const name of ['threshold', 'step'] as const) {
    const known: readonly string[] = EXPORT_FORMATS[format].options;
    if (options[name] !== null && !known.includes(name))
      throw new UsageError(
        `--${name === 'step' ? 'step' : 'least-weight'}: --format ${format} has no use for it`,
      );
  }
  const source = {
    run: () => ({
      name: run.state.run.name,
      analysis: analysisOf(run),
      trainer: run.state.trainer,
      checkpoints: checkpointsOf(run),
    }),
    lines: () => linesOf(run),
  };
  return exportText(format, source, options);
}

function analysisOf({ state }: RecordedRun): Analysis {
  if (state.run.analysis) return state.run.analysis;
  throw new UsageError(`${state.run.name}: expected at least one analysed checkpoint, found none`);
}

/** The run as it stands by step, then branch by branch what was left behind. */
async function* checkpointsOf(run: RecordedRun): AsyncGenerator<RecordedCheckpoint> {
  const { checkpoints, branches } = run.state;
  const all = [
    { branch: null, checkpoints },
    ...branches.map((branch, index) => ({ branch: index, checkpoints: branch.checkpoints })),
  ];
  for (const { branch, checkpoints: own } of all)
    for (const checkpoint of own) {
      const graph = checkpoint.status === 'done' ? await run.graph(checkpoint.id, branch) : null;
      if (graph) yield { checkpoint, graph, branch };
    }
}

/** The lines of `analyze`, as it would have printed them. */
async function* linesOf(run: RecordedRun): AsyncGenerator<object> {
  let state = initialState(run.run);
  for await (const { delta } of run.deltas()) {
    state = apply(state, delta);
    const line = lineOf(delta, state);
    if (line) yield line;
  }
  yield phasesLine(state);
  yield endLine(state);
}

type Writing = { readonly option: 'out' | 'html'; readonly bytesMax: number };
const NO_BOUND: Writing = { option: 'out', bytesMax: Number.POSITIVE_INFINITY };

/** @param file null for stdout; one that does not become whole is taken away again */
async function written(
  pieces: AsyncIterable<string | Uint8Array>,
  file: string | null,
  { option, bytesMax }: Writing = NO_BOUND,
): Promise<void> {
  if (file === null) {
    for await (const piece of pieces) if (!process.stdout.write(piece)) await once(process.stdout, 'drain');
    return;
  }
  const output = await open(file, 'wx').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EEXIST' ? 'is there already' : `cannot be written (${error.code})`;
    throw new UsageError(`--${option}: ${file} ${why}`);
  });
  let bytes = 0;
  try {
    for await (const piece of pieces) {
      const own = Buffer.from(piece);
      bytes += own.length;
      if (bytes > bytesMax)
        throw new ExportFailure(
          `--${option}: expected a file of at most ${bytesMax / MIB} MiB, which is what browsers open; it would be larger. --step N leaves all graphs out but one; a recording (--out FILE) holds everything and is shown by phasewatch replay`,
        );
      await output.write(own);
    }
    await output.close();
  } catch (error) {
    await output.close();
    await rm(file, { force: true });
    throw error;
  }
  say(`${file} is written (${bytesText(bytes)})`);
}

function bytesText(bytes: number): string {
  return bytes < MIB ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / MIB).toFixed(1)} MiB`;
}
