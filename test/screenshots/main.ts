/**
 * `npm run screenshots`: a picture of every state of the dashboard and its widgets, to be looked at.
 * `--out DIR` where they go, `--only NAME,…` these alone (`--only states` all whose names begin so), `--run DIR` another
 * run than that of the tests. Exit code 1 says that a page complained, or that a picture could not be taken.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { launchBrowser } from '../support/browser.ts';
import { SAMPLE_RUN } from '../support/checkpoints.ts';
import { dashboardShots } from './dashboard-shots.ts';
import { embedShots } from './embed-shots.ts';
import { places } from './places.ts';
import { readmeShots } from './readme-shots.ts';
import type { Shot } from './shot.ts';
import { stateShots } from './state-shots.ts';
import { Studio } from './studio.ts';
import { widgetShots } from './widget-shots.ts';

const { values: options } = parseArgs({
  options: { out: { type: 'string' }, only: { type: 'string' }, run: { type: 'string' } },
});

const ALL: readonly Shot[] = [dashboardShots, stateShots, embedShots, widgetShots, readmeShots].flat();
const wanted = options.only?.split(',') ?? [''];
const shots = ALL.filter(({ name }) => wanted.some((beginning) => name.startsWith(beginning)));
if (shots.length === 0) {
  process.stderr.write(`--only: expected some of ${ALL.map(({ name }) => name).join(', ')}\n`);
  process.exit(2);
}

const out = resolve(options.out ?? mkdtempSync(join(tmpdir(), 'phasewatch-screenshots-')));
const ground = places(options.run ?? SAMPLE_RUN);
process.once('exit', () => ground.close());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const browser = await launchBrowser();
const studio = new Studio(browser, out);

for (const [index, { name, take }] of shots.entries()) {
  process.stderr.write(`${index + 1}/${shots.length} ${name}\n`);
  studio.begin(name);
  try {
    await take(studio, ground);
  } catch (error) {
    studio.complain(error instanceof Error ? error.message : String(error));
  }
}
await studio.close();
await browser.close();

process.stdout.write(`${out}\n`);
for (const problem of studio.problems) process.stderr.write(`${problem}\n`);
process.exit(studio.problems.length > 0 ? 1 : 0);
