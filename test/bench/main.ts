/**
 * `npm run bench`: sizes, units, machine and versions, and the losing numbers too.
 * `--large` adds Pythia-410M, which takes minutes. With `--save` the output is also kept in test/bench/results, under the commit it belongs to.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { benchBoundary } from './boundary.ts';
import { benchLoading } from './loading.ts';
import { benchMetrics } from './metrics.ts';
import { benchPhases } from './phases.ts';
import { benchSweeps } from './sweeps.ts';
import { commit, machine } from './timing.ts';

const lines: string[] = [];
const print = (line: string) => {
  lines.push(line);
  process.stdout.write(`${line}\n`);
};

for (const line of machine()) print(line);
print('');
await benchSweeps(print, process.argv.includes('--large'));
print('');
await benchLoading(print);
await benchBoundary(print);
print('');
await benchMetrics(print);
print('');
await benchPhases(print);

if (process.argv.includes('--save')) {
  const directory = join('test', 'bench', 'results');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${commit().replaceAll(' ', '-')}.md`), `${lines.join('\n')}\n`);
}
