/** `phasewatch export`: a recorded run as a file that can be replayed elsewhere, or in a format of other programs. */

import { once } from 'node:events';
import { open } from 'node:fs/promises';
import process from 'node:process';
import { apply, initialState } from '../../protocol/apply.ts';
import type { Analysis } from '../../protocol/state.ts';
import { ExportFailure } from '../export/export-failure.ts';
import { EXPORT_FORMATS, type ExportFormat, exportText } from '../export/formats.ts';
import type { RecordedCheckpoint } from '../export/recorded-run.ts';
import type { RecordedRun } from '../log/recorded-run.ts';
import { recordedBytes, recordingHeader } from '../log/recording.ts';
import { endLine, lineOf, phasesLine } from '../terminal/lines.ts';
import type { Command } from '../terminal/options.ts';
import { oneOf, UsageError } from '../terminal/words.ts';
import { EXIT, say } from './person.ts';
import { openRecorded } from './replay.ts';

type ExportCommand = Command & { readonly name: 'export' };

export async function exportRun(command: ExportCommand): Promise<number> {
  const formats = ['recording', ...(Object.keys(EXPORT_FORMATS) as ExportFormat[])] as const;
  const format = oneOf('format', command.format, formats, 'recording');
  if (format === 'recording' && command.file === null && process.stdout.isTTY)
    throw new UsageError('--out: a recording is not for a terminal; name a file, or pipe it into one');
  const run = await openRecorded(command.record, command.data);
  try {
    await written(format === 'recording' ? recording(run) : text(run, format, command), command.file);
  } catch (error) {
    if (error instanceof ExportFailure) throw new UsageError(error.message);
    throw error;
  } finally {
    await run.close();
  }
  return EXIT.ok;
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
    run: () => ({ name: run.state.run.name, analysis: analysisOf(run), checkpoints: checkpointsOf(run) }),
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

/** @param file null for stdout */
async function written(pieces: AsyncIterable<string | Uint8Array>, file: string | null): Promise<void> {
  if (file === null) {
    for await (const piece of pieces) if (!process.stdout.write(piece)) await once(process.stdout, 'drain');
    return;
  }
  const output = await open(file, 'wx').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EEXIST' ? 'is there already' : `cannot be written (${error.code})`;
    throw new UsageError(`--out: ${file} ${why}`);
  });
  try {
    for await (const piece of pieces) await output.write(Buffer.from(piece));
  } finally {
    await output.close();
  }
  say(`${file} is written`);
}
