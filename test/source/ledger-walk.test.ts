/**
 * Random histories of a directory, played against the ledger: checkpoints are written whole or torn, copied over
 * themselves, touched, restored and deleted, the directory vanishes and returns, time passes. Whatever happened,
 * nothing torn is ever reported as ready, nothing is reported twice that was not written again, and when everything has been quiet
 * for a while the last report of each checkpoint is the truth.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CheckpointFailure } from '../../server/base/failure.ts';
import { allDecided, EMPTY_LEDGER, judge, look, type Rules, rests } from '../../server/source/ledger.ts';
import type { Scan, Sight } from '../../server/source/scan.ts';
import type { SourceEvent } from '../../server/source/source-event.ts';

const TORN = new CheckpointFailure('truncated', 'cut short');
const IDS = ['step1', 'step2'];

/**
 * A version, which is what the files contain, is whole if its number is even. Each writing of it looks different from
 * outside, and touching changes only what lies beside the model.
 */
type Files = { readonly version: number; readonly writing: number; readonly touched: number };

const id = fc.constantFrom(...IDS);
const action = fc.oneof(
  fc.record({ does: fc.constant('write' as const), id, version: fc.nat(3) }),
  fc.record({ does: fc.constant('copy over itself' as const), id }),
  fc.record({ does: fc.constant('touch' as const), id }),
  fc.record({ does: fc.constant('delete' as const), id }),
  fc.record({ does: fc.constant('vanish' as const) }),
  fc.record({ does: fc.constant('return' as const) }),
);
const history = fc.array(fc.record({ action, polls: fc.nat(12), millis: fc.nat(900) }), {
  minLength: 8,
  maxLength: 25,
  size: 'max',
});

test.each([null, 'DONE'])('with marker %j', (marker) => {
  const rules: Rules = { settleMillis: 500, stalledMillis: 3000, marker };

  const property = fc.property(history, (steps) => {
    const files = new Map<string, Files>();
    let isThere = true;
    let writings = 0;
    let touches = 0;
    let now = 0;
    let ledger = EMPTY_LEDGER;
    const reports = new Map<string, string>();
    let lastOfDirectory = 'present';

    const sightOf = (name: string, { writing, touched }: Files): Sight => ({
      checkpoint: { id: name, step: Number(name.slice(4)), directory: name, configFile: '', content: null },
      signature: `${writing}/${touched}`,
      modelSignature: `${writing}`,
      ageMillis: 0,
      marked: marker !== null,
    });

    const report = (event: SourceEvent): void => {
      if (event.type === 'ready') {
        const { version, writing } = files.get(event.checkpoint.id) ?? { version: Number.NaN, writing: 0 };
        expect(version % 2).toBe(0);
        expect(event.checkpoint.content).toBe(`print of ${version}`);
        expect(reports.get(event.checkpoint.id)).not.toBe(`ready ${writing}`);
        reports.set(event.checkpoint.id, `ready ${writing}`);
      } else if (event.type === 'failed') reports.set(event.id, 'failed');
      else {
        expect(event.type).not.toBe(lastOfDirectory);
        lastOfDirectory = event.type;
      }
    };

    const poll = (): void => {
      const rested = [...files.keys()].filter((name) => rests(ledger, name));
      const looked = [...files].filter(([name]) => !rested.includes(name));
      const scan: Scan = isThere
        ? { type: 'present', sights: looked.map(([name, at]) => sightOf(name, at)), rested, ignored: [] }
        : { type: 'missing', message: 'away' };
      const step = look(ledger, scan, now, rules);
      ledger = step.ledger;
      step.events.forEach(report);
      for (const { id: due } of step.due) {
        const version = files.get(due)?.version ?? 1;
        const found = version % 2 === 1 ? { problem: TORN } : { content: `print of ${version}` };
        const judged = judge(ledger, due, found, now, rules);
        ledger = judged.ledger;
        judged.events.forEach(report);
      }
    };

    for (const { action, polls, millis } of steps) {
      if (action.does === 'vanish' || action.does === 'return') isThere = action.does === 'return';
      else if (action.does === 'delete') files.delete(action.id);
      else {
        const before = files.get(action.id);
        if (action.does === 'write')
          files.set(action.id, { version: action.version, writing: ++writings, touched: 0 });
        else if (before && action.does === 'copy over itself')
          files.set(action.id, { ...before, writing: ++writings });
        else if (before) files.set(action.id, { ...before, touched: ++touches });
      }
      for (let count = 0; count < polls; count++) {
        now += millis;
        poll();
      }
    }

    isThere = true;
    for (let count = 0; count < 40; count++) {
      now += 200;
      poll();
    }
    expect(allDecided(ledger)).toBe(true);
    for (const [name, { version, writing }] of files)
      expect(reports.get(name)).toBe(version % 2 === 0 ? `ready ${writing}` : 'failed');
  });

  fc.assert(property, { seed: 20250915, numRuns: 1500 });
});
