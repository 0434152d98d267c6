import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Rooms whose tests leave nothing behind, so that files take turns in one process: what a hundred of them import is
 * loaded once, which is a third of their time.
 */
const SHARED = [
  'alert',
  'client',
  'export',
  'gateway',
  'graph',
  'log',
  'phase',
  'protocol',
  'source',
  'terminal',
];

const shared = SHARED.flatMap((room) => testsBelow(`test/${room}`)).filter((file) => !replacesModules(file));

/** What takes longest, so that it does not run alone at the end: a clone knows no times of earlier runs. */
const LONGEST = ['/test/browser/', '/test/soak/', '/test/cli/'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = LONGEST.findIndex((folder) => moduleId.includes(folder));
      return place === -1 ? LONGEST.length : place;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

function testsBelow(directory: string): readonly string[] {
  return readdirSync(new URL(directory, import.meta.url), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `${directory}/${name.replaceAll('\\', '/')}`);
}

/** One that puts another module in the place of one must not meet the real one, nor leave its own to others. */
function replacesModules(file: string): boolean {
  return /\bvi\.(?:mock|doMock|hoisted)\(/.test(readFileSync(new URL(file, import.meta.url), 'utf8'));
}

export default defineConfig({
  test: {
    // Sweeps and browsers want whole cores: two files at a time are what two cores carry.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // Far more than anything needs; with a browser, on a machine that others use too, more again.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'own process',
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**', 'test/nightly/**', ...shared],
        },
      },
      { extends: true, test: { name: 'shared process', include: [...shared], isolate: false } },
    ],
  },
});
