/**
 * Bytes of one checkpoint: its deltas as messages in each encoding, plain and as the gateway deflates them, and what it
 * takes of the disk.
 *
 * Messages are counted without the WebSocket's own header (2 to 10 bytes) and without `progress`, of which only the newest
 * is ever sent. `analysed` is a model with random weights, really analysed; `made` as in made-engine.ts.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import type { Encoding } from '../../protocol/encoding.ts';
import type { Update } from '../../protocol/state.ts';
import * as limits from '../../server/base/config.ts';
import { EventLog } from '../../server/log/event-log.ts';
import { RunStream } from '../../server/log/run-stream.ts';
import { RUN } from './bench-run.ts';
import type { Changes } from './made-engine.ts';
import { analysedRun, madeRun, weightSample } from './made-run.ts';
import { PYTHIA_14M, PYTHIA_160M, PYTHIA_410M, type Shape } from './random-model.ts';

const ENCODINGS = ['json', 'binary'] as const;
const SITUATIONS: readonly Changes[] = ['everything', 'upper half', 'nothing'];
/** Before what is counted, one whose first deltas tell of the run. */
const CHANGES: readonly Changes[] = ['everything', ...SITUATIONS];

type OnDisk = {
  readonly shape: Shape;
  /** Enough of them that what the log keeps for itself does not count. */
  readonly checkpoints: number;
  readonly kibMax: number | null;
};
const ON_DISK: readonly OnDisk[] = [
  { shape: PYTHIA_14M, checkpoints: 300, kibMax: 8 },
  { shape: PYTHIA_160M, checkpoints: 60, kibMax: null },
  { shape: PYTHIA_410M, checkpoints: 24, kibMax: 400 },
];

export async function benchBytes(print: (line: string) => void): Promise<void> {
  const sample = await weightSample();
  print('Bytes of a checkpoint’s deltas');
  print(
    '| shape | possible edges | what changed | deltas | JSON | JSON deflated | MessagePack | MessagePack deflated |',
  );
  print('|---|---|---|---|---|---|---|---|');
  const rows = async (name: string, checkpoints: readonly Update[][]) => {
    for (const row of await messageRows(checkpoints)) print(`| ${name} | ${row} |`);
  };
  await rows('Pythia-14M, analysed', await analysedRun(PYTHIA_14M, CHANGES));
  for (const { shape } of ON_DISK) await rows(`${shape.name}, made`, await madeRun(shape, sample, CHANGES));

  print('');
  print('Bytes of a checkpoint in the log, everything changed');
  print('| shape | checkpoints | in MessagePack, KiB each | on disk, KiB each | bound, KiB |');
  print('|---|---|---|---|---|');
  for (const { shape, checkpoints, kibMax } of ON_DISK) {
    const changes = Array.from({ length: checkpoints }, () => 'everything' as const);
    const { packed, onDisk } = await logBytes(await madeRun(shape, sample, changes));
    const kib = (bytes: number) => bytes / checkpoints / 1_024;
    const verdict = kibMax === null ? '–' : `${kibMax}: ${kib(onDisk) <= kibMax ? 'met' : 'missed'}`;
    print(
      `| ${shape.name}, made | ${checkpoints} | ${kib(packed).toFixed(1)} | ${kib(onDisk).toFixed(1)} | ${verdict} |`,
    );
  }
}

/** A row for each checkpoint but the first. */
async function messageRows(checkpoints: readonly Update[][]): Promise<string[]> {
  const stream = await RunStream.open({ run: RUN, log: null });
  const rows: string[] = [];
  for (const [index, updates] of checkpoints.entries()) {
    const before = stream.offset;
    for (const update of updates) stream.publish(update);
    await stream.settled();
    if (index === 0) continue;
    const frames = (encoding: Encoding) =>
      Array.from({ length: stream.offset - before }, (_, delta) => {
        const entry = stream.recentAfter(before + delta);
        if (!entry) throw new Error(`expected delta ${before + delta + 1} in memory, found none`);
        return entry.message.frame(encoding);
      });
    const cells = ENCODINGS.flatMap((encoding) => {
      const bytes = frames(encoding).map((frame) => frame.length);
      const deflated = frames(encoding).map(deflatedLength);
      return [bytes, deflated].map((sizes) => grouped(sizes.reduce((sum, size) => sum + size, 0)));
    });
    rows.push(
      [
        grouped(stream.state.latest?.weights.length ?? 0),
        CHANGES[index],
        stream.offset - before,
        ...cells,
      ].join(' | '),
    );
  }
  return rows;
}

/** As ws does it under the options of the gateway, but for a byte or two of how a message ends. */
function deflatedLength(frame: Uint8Array): number {
  if (frame.length < limits.DEFLATE_BYTES_MIN) return frame.length;
  const options = { windowBits: limits.DEFLATE_WINDOW_BITS, memLevel: limits.DEFLATE_MEMORY_LEVEL };
  return deflateRawSync(frame, options).length;
}

async function logBytes(checkpoints: readonly Update[][]) {
  const directory = mkdtempSync(join(tmpdir(), 'phasewatch-bench-'));
  const log = await EventLog.open({ directory, bytesMax: Number.POSITIVE_INFINITY });
  const stream = await RunStream.open({ run: RUN, log });
  for (const updates of checkpoints) {
    for (const update of updates) stream.publish(update);
    await stream.settled();
  }
  const packed = stream.bytesAfter(0);
  await stream.close();
  const blocks = readdirSync(directory).map((name) => statSync(join(directory, name)).blocks);
  rmSync(directory, { recursive: true });
  return { packed, onDisk: 512 * blocks.reduce((sum, count) => sum + count, 0) };
}

function grouped(count: number): string {
  return count.toLocaleString('en');
}
