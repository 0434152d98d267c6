/**
 * `npm run bench`: sizes, units, machine and versions, and the losing numbers too.
 * `--large` adds Pythia-410M to the sweeps, which takes minutes. `--only bytes,viewers` runs these sections alone.
 * With `--save` the output is also kept in test/bench/results, under the commit it belongs to.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { benchBoundary } from './boundary.ts';
import { benchBytes } from './bytes.ts';
import { benchFrames } from './frames.ts';
import { benchChartFrames } from './frames-chart.ts';
import { benchHub } from './hub.ts';
import { benchLoading } from './loading.ts';
import { benchMetrics } from './metrics.ts';
import { benchPhases } from './phases.ts';
import { benchSweeps } from './sweeps.ts';
import { commit, machine } from './timing.ts';
import { benchViewers } from './viewers.ts';

const { values: options } = parseArgs({
  options: { large: { type: 'boolean' }, save: { type: 'boolean' }, only: { type: 'string' } },
});

type Print = (line: string) => void;
const SECTIONS: Readonly<Record<string, (print: Print) => Promise<void>>> = {
  sweeps: (print) => benchSweeps(print, options.large === true),
  loading: benchLoading,
  hub: benchHub,
  boundary: benchBoundary,
  metrics: benchMetrics,
  phases: benchPhases,
  bytes: benchBytes,
  viewers: benchViewers,
  frames: benchFrames,
  'frames-chart': benchChartFrames,
};

const names = options.only?.split(',') ?? Object.keys(SECTIONS);
const unknown = names.filter((name) => !Object.hasOwn(SECTIONS, name));
if (unknown.length > 0) {
  const known = Object.keys(SECTIONS).join(', ');
  process.stderr.write(`--only: expected some of ${known}, separated by commas; got ${unknown.join(', ')}\n`);
  process.exit(2);
}

const lines: string[] = [];
const print = (line: string) => {
  lines.push(line);
  process.stdout.write(`${line}\n`);
};

for (const line of machine()) print(line);
for (const name of names) {
  print('');
  await SECTIONS[name](print);
}

if (options.save) {
  const directory = join('test', 'bench', 'results');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${commit().replaceAll(' ', '-')}.md`), `${lines.join('\n')}\n`);
}
