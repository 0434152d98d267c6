import { describe, expect, test } from 'vitest';
import { CheckpointFailure } from '../../server/base/failure.ts';
import type { Inspection } from '../../server/source/checkpoint-files.ts';
import {
  allDecided,
  EMPTY_LEDGER,
  judge,
  type Ledger,
  look,
  millisToSettle,
  type Rules,
  rests,
  unready,
} from '../../server/source/ledger.ts';
import type { Scan, Sight } from '../../server/source/scan.ts';
import type { SourceEvent } from '../../server/source/source-event.ts';
import { stepFromName } from '../../server/source/step-name.ts';

const RULES: Rules = { settleMillis: 500, stalledMillis: 3000, marker: null };
const WITH_MARKER: Rules = { ...RULES, marker: 'DONE' };

/** A candidate that looks like `signature`; unless told, it is fresh and its model changes with it. */
function sight(id: string, signature: string, more: Partial<Sight> = {}): Sight {
  const checkpoint = {
    id,
    step: stepFromName(id) ?? -1,
    directory: `/run/${id}`,
    configFile: '/run/config.json',
    content: null,
  };
  return { checkpoint, signature, modelSignature: signature, ageMillis: 0, marked: false, ...more };
}

function present(...sights: Sight[]): Scan {
  return { type: 'present', sights, rested: [], ignored: [] };
}

const MISSING: Scan = { type: 'missing', message: '/run: there is no such directory' };
const TORN = new CheckpointFailure('truncated', 'cut short');
const UNREADABLE = new CheckpointFailure('unreadable', 'EACCES');

/** A watcher played by hand: what is scanned and inspected is given, what it reports is collected. */
class Watcher {
  ledger: Ledger = EMPTY_LEDGER;
  readonly rules: Rules;

  constructor(rules = RULES) {
    this.rules = rules;
  }

  /**
   * Scans at `now`, inspects what is due, and gives the events in short form. All inspections find `found`; unless
   * told, that every checkpoint is complete and has the contents that the look of its model suggests.
   */
  poll(now: number, scan: Scan, found: CheckpointFailure | string | null = null): string[] {
    const looked = look(this.ledger, scan, now, this.rules);
    this.ledger = looked.ledger;
    const events: SourceEvent[] = [...looked.events];
    for (const { id } of looked.due) {
      const judged = judge(this.ledger, id, inspectionOf(found ?? lookOf(scan, id)), now, this.rules);
      this.ledger = judged.ledger;
      events.push(...judged.events);
    }
    return events.map(short);
  }

  /** Ids that a scan at `now` finds due, without any consequence. */
  due(now: number, scan: Scan): string[] {
    return look(this.ledger, scan, now, this.rules).due.map(({ id }) => id);
  }
}

function inspectionOf(found: CheckpointFailure | string): Inspection {
  return typeof found === 'string' ? { content: found } : { problem: found };
}

function lookOf(scan: Scan, id: string): string {
  const sights = scan.type === 'present' ? scan.sights : [];
  return sights.find(({ checkpoint }) => checkpoint.id === id)?.modelSignature ?? '';
}

function short(event: SourceEvent): string {
  if (event.type === 'ready') return `ready ${event.checkpoint.id}`;
  if (event.type === 'failed') return `failed ${event.id} ${event.failure.code}`;
  return event.type === 'ignored' ? `ignored ${event.name}` : event.type;
}

describe('settling', () => {
  test('a fresh checkpoint is ready when nothing has changed for settleMillis', () => {
    const watcher = new Watcher();
    expect(watcher.poll(0, present(sight('step1', 'A')))).toEqual([]);
    expect(watcher.poll(499, present(sight('step1', 'A')))).toEqual([]);
    expect(watcher.poll(500, present(sight('step1', 'A')))).toEqual(['ready step1']);
    expect(watcher.poll(700, present(sight('step1', 'A')))).toEqual([]);
  });

  test('every change starts the wait over', () => {
    const watcher = new Watcher();
    watcher.poll(0, present(sight('step1', 'A')));
    expect(watcher.poll(400, present(sight('step1', 'B')))).toEqual([]);
    expect(watcher.poll(800, present(sight('step1', 'C')))).toEqual([]);
    expect(watcher.poll(1299, present(sight('step1', 'C')))).toEqual([]);
    expect(watcher.poll(1300, present(sight('step1', 'C')))).toEqual(['ready step1']);
  });

  test('at first sight, what has been quiet for settleMillis + 2 s is settled at once', () => {
    expect(new Watcher().poll(0, present(sight('step1', 'A', { ageMillis: 2500 })))).toEqual(['ready step1']);
    expect(new Watcher().poll(0, present(sight('step1', 'A', { ageMillis: 2499 })))).toEqual([]);
  });

  test('a clock that is ahead of ours settles nothing early and delays nothing', () => {
    const watcher = new Watcher();
    watcher.poll(0, present(sight('step1', 'A', { ageMillis: -60_000 })));
    expect(watcher.poll(500, present(sight('step1', 'A', { ageMillis: -59_500 })))).toEqual(['ready step1']);
  });

  test('what is there comes by step, equal steps by name', () => {
    const names = ['step1000', 'checkpoint-20', 'checkpoint-1000', 'step3'];
    const old = names.map((name) => sight(name, name, { ageMillis: 9000 }));
    expect(new Watcher().poll(0, present(...old))).toEqual([
      'ready step3',
      'ready checkpoint-20',
      'ready checkpoint-1000',
      'ready step1000',
    ]);
  });

  test('the time to the next one that settles is known', () => {
    const watcher = new Watcher();
    expect(millisToSettle(watcher.ledger, 0, RULES)).toBe(Number.POSITIVE_INFINITY);
    watcher.poll(0, present(sight('step1', 'A')));
    watcher.poll(100, present(sight('step1', 'A'), sight('step2', 'A')));
    expect(millisToSettle(watcher.ledger, 150, RULES)).toBe(350);
    watcher.poll(500, present(sight('step1', 'A'), sight('step2', 'A')));
    expect(millisToSettle(watcher.ledger, 500, RULES)).toBe(100);
    watcher.poll(600, present(sight('step1', 'A'), sight('step2', 'A')));
    expect(millisToSettle(watcher.ledger, 600, RULES)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('an incomplete checkpoint', () => {
  test('fails once, when nothing has changed for stalledMillis, and is inspected twice for it', () => {
    const watcher = new Watcher();
    const half = present(sight('step1', 'half'));
    expect(watcher.poll(0, half, TORN)).toEqual([]);
    expect(watcher.due(500, half)).toEqual(['step1']);
    expect(watcher.poll(500, half, TORN)).toEqual([]);
    expect(watcher.due(2999, half)).toEqual([]);
    expect(watcher.poll(2999, half, TORN)).toEqual([]);
    expect(watcher.poll(3000, half, TORN)).toEqual(['failed step1 truncated']);
    expect(watcher.poll(9000, half, TORN)).toEqual([]);
  });

  test('is ready without a failure when it goes on in time', () => {
    const watcher = new Watcher();
    watcher.poll(0, present(sight('step1', 'half')), TORN);
    watcher.poll(2900, present(sight('step1', 'half')), TORN);
    expect(watcher.poll(2950, present(sight('step1', 'more')), TORN)).toEqual([]);
    expect(watcher.poll(5000, present(sight('step1', 'whole')), TORN)).toEqual([]);
    expect(watcher.poll(5500, present(sight('step1', 'whole')))).toEqual(['ready step1']);
  });

  test('fails at once when it was left long ago', () => {
    const left = present(sight('step1', 'half', { ageMillis: 5000 }));
    expect(new Watcher().poll(0, left, TORN)).toEqual(['failed step1 truncated']);
  });

  test('is tried again after a change, and is ready under the same id', () => {
    const watcher = new Watcher();
    watcher.poll(0, present(sight('step1', 'half', { ageMillis: 5000 })), TORN);
    expect(watcher.poll(60_000, present(sight('step1', 'whole')))).toEqual([]);
    expect(watcher.poll(60_500, present(sight('step1', 'whole')))).toEqual(['ready step1']);
  });

  test('fails again when the change did not help', () => {
    const watcher = new Watcher();
    watcher.poll(0, present(sight('step1', 'half', { ageMillis: 5000 })), TORN);
    watcher.poll(1000, present(sight('step1', 'more')), TORN);
    expect(watcher.poll(4000, present(sight('step1', 'more')), TORN)).toEqual(['failed step1 truncated']);
  });

  test('fails again when it is back where it failed before, after it was ready', () => {
    const watcher = new Watcher();
    watcher.poll(0, present(sight('step1', 'half', { ageMillis: 5000 })), TORN);
    watcher.poll(1000, present(sight('step1', 'whole')));
    expect(watcher.poll(1500, present(sight('step1', 'whole')))).toEqual(['ready step1']);
    watcher.poll(2000, present(sight('step1', 'half')), TORN);
    expect(watcher.poll(5000, present(sight('step1', 'half')), TORN)).toEqual(['failed step1 truncated']);
  });

  test('that vanishes on its way starts over when it returns', () => {
    const watcher = new Watcher();
    watcher.poll(0, present(sight('step1', 'A')));
    watcher.poll(200, present());
    expect(watcher.poll(600, present(sight('step1', 'A')))).toEqual([]);
    expect(watcher.poll(1100, present(sight('step1', 'A')))).toEqual(['ready step1']);
  });

  test('holds up nobody else', () => {
    const watcher = new Watcher();
    const half = sight('step1', 'half');
    watcher.poll(0, present(half, sight('step2', 'A')), TORN);
    const looked = look(watcher.ledger, present(half, sight('step2', 'A')), 500, RULES);
    expect(looked.due.map(({ id }) => id)).toEqual(['step1', 'step2']);
    const torn = judge(looked.ledger, 'step1', { problem: TORN }, 500, RULES);
    expect(judge(torn.ledger, 'step2', { content: 'A' }, 500, RULES).events.map(short)).toEqual([
      'ready step2',
    ]);
  });

  test('that could not be read is tried again in its turn, for permissions leave no trace', () => {
    const watcher = new Watcher();
    const locked = present(sight('step1', 'A', { ageMillis: 9000 }));
    expect(watcher.poll(0, locked, UNREADABLE)).toEqual(['failed step1 unreadable']);
    const reports = Array.from({ length: 20 }, (_, n) => watcher.poll(200 * n, locked, UNREADABLE));
    expect(reports.flat()).toEqual([]);
    const later = Array.from({ length: 10 }, (_, n) => watcher.poll(5000 + 200 * n, locked));
    expect(later.flat()).toEqual(['ready step1']);
  });
});

describe('a marker', () => {
  const marked = { marked: true };

  test('makes a checkpoint ready at once', () => {
    const watcher = new Watcher(WITH_MARKER);
    expect(watcher.poll(0, present(sight('step1', 'A')))).toEqual([]);
    expect(watcher.poll(200, present(sight('step1', 'B', marked)))).toEqual(['ready step1']);
  });

  test('is waited for, however quiet the checkpoint is', () => {
    const watcher = new Watcher(WITH_MARKER);
    const unmarked = present(sight('step1', 'A', { ageMillis: 4999 }));
    expect(watcher.poll(0, unmarked)).toEqual([]);
    expect(watcher.poll(1, unmarked)).toEqual(['failed step1 incomplete']);
    expect(watcher.poll(9000, unmarked)).toEqual([]);
    expect(watcher.poll(9200, present(sight('step1', 'B', marked)))).toEqual(['ready step1']);
  });

  test('does not make half a checkpoint whole', () => {
    const watcher = new Watcher(WITH_MARKER);
    expect(watcher.poll(0, present(sight('step1', 'A', marked)), TORN)).toEqual([]);
    expect(watcher.poll(200, present(sight('step1', 'B', marked)))).toEqual(['ready step1']);
  });

  test('that is there from before does not count for a checkpoint that is rewritten: it has to settle', () => {
    const watcher = new Watcher(WITH_MARKER);
    watcher.poll(0, present(sight('step1', 'A', marked)));
    expect(watcher.poll(1000, present(sight('step1', 'B', marked)))).toEqual([]);
    expect(watcher.poll(1200, present(sight('step1', 'C', marked)))).toEqual([]);
    expect(watcher.poll(1700, present(sight('step1', 'C', marked)))).toEqual(['ready step1']);
  });
});

describe('a ready checkpoint', () => {
  const old = { ageMillis: 9000 };

  test('that is rewritten is ready again when it has settled', () => {
    const watcher = new Watcher();
    watcher.poll(0, present(sight('step1', 'A', old)));
    expect(watcher.poll(1000, present(sight('step1', 'B')))).toEqual([]);
    expect(watcher.poll(1500, present(sight('step1', 'B')))).toEqual(['ready step1']);
  });

  test('that is rewritten halfway fails, and is ready again even if the first version comes back', () => {
    const watcher = new Watcher();
    watcher.poll(0, present(sight('step1', 'A', old)));
    watcher.poll(1000, present(sight('step1', 'B')), TORN);
    expect(watcher.poll(4000, present(sight('step1', 'B')), TORN)).toEqual(['failed step1 truncated']);
    watcher.poll(5000, present(sight('step1', 'A')));
    expect(watcher.poll(5500, present(sight('step1', 'A')))).toEqual(['ready step1']);
  });

  test('carries the fingerprint of its contents, which the scan does not know', () => {
    const looked = look(EMPTY_LEDGER, present(sight('step1', 'A', old)), 0, RULES);
    const { events } = judge(looked.ledger, 'step1', { content: 'print of A' }, 0, RULES);
    const { checkpoint } = sight('step1', 'A');
    expect(events).toEqual([{ type: 'ready', checkpoint: { ...checkpoint, content: 'print of A' } }]);
    expect(looked.due[0].content).toBeNull();
  });

  test('that is written again with the same contents is ready again once: who read it meanwhile may have failed', () => {
    const watcher = new Watcher();
    watcher.poll(0, present(sight('step1', 'A', old)), 'weights');
    const again = present(sight('step1', 'A, touched'));
    expect(watcher.poll(1000, again, 'weights')).toEqual([]);
    expect(watcher.due(1500, again)).toEqual(['step1']);
    expect(watcher.poll(1500, again, 'weights')).toEqual(['ready step1']);
    expect(watcher.due(9000, again)).toEqual([]);
    expect(rests(watcher.ledger, 'step1')).toBe(true);
    watcher.poll(10_000, present(sight('step1', 'B')), 'other weights');
    expect(watcher.poll(10_500, present(sight('step1', 'B')), 'other weights')).toEqual(['ready step1']);
  });

  test('is compared with what was reported last, not with what was ever reported', () => {
    const watcher = new Watcher();
    watcher.poll(0, present(sight('step1', 'A', old)), 'weights');
    watcher.poll(1000, present(sight('step1', 'B')), 'other weights');
    expect(watcher.poll(1500, present(sight('step1', 'B')), 'other weights')).toEqual(['ready step1']);
    watcher.poll(2000, present(sight('step1', 'C')), 'weights');
    expect(watcher.poll(2500, present(sight('step1', 'C')), 'weights')).toEqual(['ready step1']);
  });

  test('that is found torn on its way back to the same contents is ready again', () => {
    const watcher = new Watcher();
    watcher.poll(0, present(sight('step1', 'A', old)), 'weights');
    watcher.poll(1000, present(sight('step1', 'half')), TORN);
    expect(watcher.poll(1500, present(sight('step1', 'half')), TORN)).toEqual([]);
    watcher.poll(2000, present(sight('step1', 'B')), 'weights');
    expect(watcher.poll(2500, present(sight('step1', 'B')), 'weights')).toEqual(['ready step1']);
    expect(allDecided(watcher.ledger)).toBe(true);
  });

  test('beside which other files appear is not ready again', () => {
    const watcher = new Watcher();
    watcher.poll(0, present(sight('step1', 'A', old)));
    const withOptimizer = present(sight('step1', 'A + optimizer.pt', { modelSignature: 'A' }));
    expect(watcher.poll(1000, withOptimizer)).toEqual([]);
    expect(watcher.due(9000, withOptimizer)).toEqual([]);
  });

  test('is looked at in one scan out of ten, different ones in different scans', () => {
    const watcher = new Watcher();
    const names = Array.from({ length: 20 }, (_, n) => `step${n}`);
    watcher.poll(0, present(...names.map((name) => sight(name, 'A', old))));
    const looks = Array.from({ length: 10 }, () => {
      const rested = names.filter((name) => rests(watcher.ledger, name));
      const looked = names.filter((name) => !rested.includes(name));
      const sights = looked.map((name) => sight(name, 'A'));
      watcher.poll(1000, { type: 'present', sights, rested, ignored: [] });
      return looked;
    });
    expect(looks.map((looked) => looked.length)).toEqual(Array(10).fill(2));
    expect(looks.flat().sort()).toEqual([...names].sort());
  });

  test('that is not yet known, on its way or failed is looked at in every scan', () => {
    const watcher = new Watcher();
    watcher.poll(0, present(sight('step1', 'half', old)), TORN);
    watcher.poll(0, present(sight('step1', 'half', old), sight('step2', 'A')), TORN);
    for (let scan = 0; scan < 10; scan++) {
      expect(['step1', 'step2', 'step3'].filter((id) => rests(watcher.ledger, id))).toEqual([]);
      watcher.poll(1 + scan, present(sight('step1', 'half'), sight('step2', 'A')), TORN);
    }
  });

  test('that turns out not to be is inspected again, as soon as it is to be, and never rests until then', () => {
    const watcher = new Watcher();
    watcher.poll(0, present(sight('step1', 'A', { ageMillis: 9000 })));
    watcher.ledger = unready(watcher.ledger, 'step1', 1000, 60_000);
    expect(rests(watcher.ledger, 'step1')).toBe(false);
    expect(allDecided(watcher.ledger)).toBe(false);
    expect(watcher.poll(61_499, present(sight('step1', 'A')))).toEqual([]);
    expect(watcher.poll(61_500, present(sight('step1', 'A')))).toEqual(['ready step1']);
    expect(unready(watcher.ledger, 'step2', 0)).toBe(watcher.ledger);
  });

  test('that was deleted is forgotten by nobody: the same one is no news, another one is', () => {
    const watcher = new Watcher();
    watcher.poll(0, present(sight('step1', 'A', old)));
    expect(watcher.poll(1000, present())).toEqual([]);
    expect(watcher.poll(2000, present(sight('step1', 'A', old)))).toEqual([]);
    expect(watcher.poll(3000, present())).toEqual([]);
    watcher.poll(4000, present(sight('step1', 'B')));
    expect(watcher.poll(4500, present(sight('step1', 'B')))).toEqual(['ready step1']);
  });
});

test('what is left alone in a checkpoint is said once, whichever checkpoints hold it', () => {
  const scan = present(sight('step1', 'a'), sight('step2', 'a'));
  let ledger: Ledger = look(EMPTY_LEDGER, scan, 0, RULES).ledger;
  const judged = (id: string, notes: readonly string[]) => {
    const { ledger: after, events } = judge(ledger, id, { content: 'c', notes }, 600, RULES);
    ledger = after;
    return events.flatMap((event) => (event.type === 'ignored' ? [event.message] : []));
  };
  expect(judged('step1', ['holds callbacks'])).toEqual(['step1: holds callbacks']);
  expect(judged('step2', ['holds callbacks', 'holds more'])).toEqual(['step2: holds more']);
});

describe('the directory', () => {
  test('that is missing is reported once, and again when it has another reason', () => {
    const watcher = new Watcher();
    expect(watcher.poll(0, MISSING)).toEqual(['missing']);
    expect(watcher.poll(200, MISSING)).toEqual([]);
    expect(watcher.poll(400, { type: 'missing', message: '/run: cannot be read (EACCES)' })).toEqual([
      'missing',
    ]);
  });

  test('that is there from the start needs no report', () => {
    expect(new Watcher().poll(0, present())).toEqual([]);
  });

  test('that vanishes and comes back with the same content is reported, its checkpoints are not', () => {
    const watcher = new Watcher();
    const both = present(
      sight('step1', 'A', { ageMillis: 9000 }),
      sight('step2', 'half', { ageMillis: 9000 }),
    );
    watcher.poll(0, present(sight('step1', 'A', { ageMillis: 9000 })));
    expect(watcher.poll(200, both, TORN)).toEqual(['failed step2 truncated']);
    expect(watcher.poll(400, MISSING)).toEqual(['missing']);
    expect(watcher.poll(600, both, TORN)).toEqual(['present']);
  });

  test('entries without a step are reported once a name, a thousand names at most', () => {
    const watcher = new Watcher();
    const ignoring = (...names: string[]): Scan => ({
      type: 'present',
      sights: [],
      rested: [],
      ignored: names.map((name) => ({ name, message: '' })),
    });
    expect(watcher.poll(0, ignoring('runs'))).toEqual(['ignored runs']);
    expect(watcher.poll(200, ignoring('runs', 'best'))).toEqual(['ignored best']);
    expect(watcher.poll(400, ignoring())).toEqual([]);
    expect(watcher.poll(600, ignoring('best', 'runs'))).toEqual([]);
    const many = Array.from({ length: 2000 }, (_, n) => `name ${n}`);
    expect(watcher.poll(800, ignoring(...many))).toHaveLength(998);
  });
});

describe('all is decided', () => {
  test('when each checkpoint that is there is ready or failed', () => {
    const watcher = new Watcher();
    expect(allDecided(watcher.ledger)).toBe(true);
    const old = { ageMillis: 9000 };
    watcher.poll(0, present(sight('step1', 'A', old)));
    watcher.poll(0, present(sight('step1', 'A', old), sight('step2', 'half', old)), TORN);
    expect(allDecided(watcher.ledger)).toBe(true);
    watcher.poll(0, present(sight('step1', 'A'), sight('step2', 'more')), TORN);
    expect(allDecided(watcher.ledger)).toBe(false);
  });

  test('when the ones on their way have vanished', () => {
    const watcher = new Watcher();
    watcher.poll(0, present(sight('step1', 'A')));
    expect(allDecided(watcher.ledger)).toBe(false);
    watcher.poll(0, present());
    expect(allDecided(watcher.ledger)).toBe(true);
  });
});

test('a verdict on a checkpoint that was never seen is our own mistake', () => {
  expect(() => judge(EMPTY_LEDGER, 'step1', { content: 'A' }, 0, RULES)).toThrow('never seen');
});
