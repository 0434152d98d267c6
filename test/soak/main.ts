/**
 * `npm run soak -- --minutes M [--seed N] [--actions K]`: scenario after scenario, each with the next seed, until the
 * time is over or an invariant breaks. Exit code 1 says that one did, and how to see it again.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { type Report, runScenario } from './scenario.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    actions: { type: 'string', default: '80' },
    verbose: { type: 'boolean', default: false },
  },
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const print = (line: string) => process.stdout.write(`${line}\n`);
const end = performance.now() + 60_000 * wholeNumber('minutes');
const actions = wholeNumber('actions');
const totals = new Map<string, number>();
let seed = wholeNumber('seed');
let report: Report;

do {
  print(`seed ${seed}, ${actions} actions`);
  report = await runScenario({ seed, actions, tell: values.verbose ? timed() : progress() });
  for (const [what, count] of report.counts)
    totals.set(
      what,
      what.includes(',') ? Math.max(totals.get(what) ?? 0, count) : (totals.get(what) ?? 0) + count,
    );
  print(`  ${(report.millis / 1000).toFixed(0)} s, ${report.counts.get('deltas') ?? 0} deltas`);
  seed += 1;
} while (report.broken === null && performance.now() < end);

print('');
for (const [what, count] of totals) print(`${String(count).padStart(8)}  ${what}`);
if (report.broken) {
  print(`\nbroken: ${report.broken.message}\n\n${report.tail}\n`);
  print(`again: npm run soak -- --seed ${report.seed} --actions ${actions} --verbose`);
  process.exitCode = 1;
}

function wholeNumber(name: 'minutes' | 'seed' | 'actions'): number {
  const value = Number(values[name]);
  if (!(Number.isFinite(value) && value >= 0))
    throw new Error(`--${name}: expected a number, got ${values[name]}`);
  return value;
}

/** Every action, with the seconds since the first. */
function timed(): (line: string) => void {
  const begun = performance.now();
  return (line) => print(`  ${((performance.now() - begun) / 1000).toFixed(1).padStart(5)} s  ${line}`);
}

/** A line every few seconds. */
function progress(): (line: string) => void {
  let count = 0;
  let told = performance.now();
  return (line) => {
    count += 1;
    if (performance.now() - told < 5_000) return;
    told = performance.now();
    print(`  action ${count}: ${line}`);
  };
}
