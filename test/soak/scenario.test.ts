/**
 * Pinned scenarios in the ordinary tests; `npm run soak` goes on with others. Where one breaks, its seed is in the
 * message: `npm run soak -- --seed N --actions K --verbose` shows it again.
 */
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import '../support/server.ts';
import { ACTIONS } from './actions.ts';
import { runScenario } from './scenario.ts';

/** Chosen so that every action has its turn. Seeds that broke something are added here, with what they broke. */
const SEEDS = [206];
const ACTIONS_OF_EACH = 55;

/** Without these, nothing was put to the test. Whether anybody is told to resync is a matter of moments: test/gateway holds that. */
const OUTCOMES = [
  'snapshots',
  'resumed',
  'deltas told again',
  'deltas told and found in logs',
  'states compared',
  'states at equal places',
  'graphs fetched',
  'graphs of equal contents',
  'runs found coherent',
  'disks healed',
  'looks at the server',
  'logged: rewound',
  'logged: failure truncated',
];

describe('viewers, a server that dies, checkpoints and disks that go wrong', () => {
  it.each(SEEDS)(
    'S-6: seed %i ends with no gap, no duplicate, and every state that of the server',
    async (seed) => {
      const { broken, counts, tail, millis } = await runScenario({ seed, actions: ACTIONS_OF_EACH });
      expect(broken && `seed ${seed}: ${broken.message}\n${tail}`).toBeNull();
      const expected = [...ACTIONS.map(({ name }) => name), ...OUTCOMES];
      const isPossible = (what: string) => process.platform === 'linux' || !/disk|engine/.test(what);
      const unseen = expected.filter((what) => isPossible(what) && !counts.get(what));
      expect(unseen, `seed ${seed} no longer puts these to the test`).toEqual([]);
      process.stdout.write(
        `seed ${seed}: ${counts.get('deltas')} deltas in ${Math.round(millis / 1000)} s\n`,
      );
    },
    240_000,
  );
});
