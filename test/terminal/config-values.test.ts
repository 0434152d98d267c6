import { describe, expect, it } from 'vitest';
import { configFrom } from '../../server/terminal/config-values.ts';
import type { PhasewatchConfig, RunConfig } from '../../server/terminal/named-options.ts';
import type { WATCH_OPTIONS } from '../../server/terminal/option-tables.ts';
import { commandFrom } from '../../server/terminal/options.ts';
import type { PLACE_OPTIONS } from '../../server/terminal/place-words.ts';

type Key<Name> = Name extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<Key<Tail>>}` : Name;
type Missing<Table, Type> = Exclude<Key<keyof Table>, keyof Type> | Exclude<keyof Type, Key<keyof Table>>;

const PLACE = {
  marker: undefined,
  endMarker: undefined,
  settleMillis: 500,
  tokensPerStep: null,
  steps: null,
  revisions: null,
  endpoint: null,
};
const FILE = '/project/phasewatch.config.ts';
const config = (value: PhasewatchConfig) => configFrom(FILE, value);
const problemsOf = (value: unknown) => {
  try {
    configFrom(FILE, value, 'c.ts');
  } catch (error) {
    return error instanceof Error ? error.message.split('\n') : error;
  }
  return [];
};

describe('a config file', () => {
  it('has a type with every option that its table has, and no other', () => {
    // These lines are checked when the tests are built: a key on one side only is named there.
    const all: Missing<typeof WATCH_OPTIONS, Omit<PhasewatchConfig, 'runs'>>[] = [];
    const ofRun: Missing<typeof PLACE_OPTIONS, Omit<RunConfig, 'source' | 'name'>>[] = [];
    expect([...all, ...ofRun]).toEqual([]);
  });

  it('means what the command line would mean, each run with its own words', () => {
    const file = config({
      ablation: 'mean',
      nullModel: true,
      settleMs: 50,
      webhook: ['http://x', 'http://y'],
      allowHost: 'z.example',
      runs: [
        { source: './runs/a' },
        { source: '/b', name: 'bee', settleMs: 9, marker: 'DONE', tokensPerStep: 1000, endMarker: 'END' },
      ],
    });
    const common = ['--ablation', 'mean', '--null-model', '--webhook', 'http://x', '--webhook', 'http://y'];
    expect(commandFrom(['watch'], file)).toEqual({
      ...commandFrom(['watch', 'x', ...common, '--allow-host', 'z.example']),
      places: [
        {
          path: '/project/runs/a',
          name: null,
          ...PLACE,
          settleMillis: 50,
        },
        {
          path: '/b',
          name: 'bee',
          ...PLACE,
          settleMillis: 9,
          marker: 'DONE',
          endMarker: 'END',
          tokensPerStep: 1000,
        },
      ],
      pushed: { ...PLACE, settleMillis: 50 },
    });
  });

  it('counts after the command line: its options, its directories, its probe', () => {
    const file = config({
      port: 1,
      ablation: 'mean',
      settleMs: 50,
      prompts: 8,
      segment: 9,
      webhook: ['http://x'],
      runs: [{ source: 'a', settleMs: 9, marker: 'DONE' }],
    });
    const words = ['--port', '2', '--settle-ms', '7', '--text', 't.txt', '--webhook', 'http://y'];
    expect(commandFrom(['watch', ...words], file)).toMatchObject({
      port: 2,
      ablation: 'mean',
      probe: { kind: 'text', file: 't.txt' },
      webhooks: ['http://y'],
      places: [{ path: '/project/a', settleMillis: 7, marker: 'DONE' }],
    });
    expect(commandFrom(['watch', 'x', 'y'], file)).toMatchObject({
      port: 1,
      probe: { prompts: 8, segment: 9 },
      places: [
        { path: 'x', settleMillis: 50, marker: undefined },
        { path: 'y', settleMillis: 50, marker: undefined },
      ],
    });
    expect(commandFrom(['analyze', 'x', '--prompts', '3'], config({ tokens: 't.json' }))).toMatchObject({
      probe: { kind: 'induction', prompts: 3 },
    });
  });

  it('holds for each command that has such an option, and leaves the others alone', () => {
    const file = config({ ablation: 'mean', data: 'results', port: 1, marker: 'DONE', endMarker: 'END' });
    expect(commandFrom(['analyze', 'x'], file)).toEqual({
      ...commandFrom(['analyze', 'x', '--ablation', 'mean']),
      data: '/project/results',
    });
    expect(commandFrom(['runs'], file)).toMatchObject({ data: '/project/results' });
    expect(commandFrom(['replay', 'x'], file)).toMatchObject({ port: 1, data: '/project/results' });
    expect(commandFrom(['record', 'x', '--out', 'f'], file)).toMatchObject({ place: { marker: 'DONE' } });
    expect(commandFrom([], file)).toMatchObject({ name: 'demo', port: 1, ablation: 'mean' });
    expect(commandFrom(['phases', 'x'], file)).toEqual(commandFrom(['phases', 'x']));
  });

  it('takes paths from where it is, and addresses as they are', () => {
    const file = config({ text: 'prompts.txt', runs: [{ source: 'hf://a/b' }, { source: '../c' }] });
    expect(commandFrom(['watch'], file)).toMatchObject({
      probe: { kind: 'text', file: '/project/prompts.txt' },
      places: [{ path: 'hf://a/b' }, { path: '/c' }],
    });
  });

  it('may say of an address what only addresses have, and says it of nothing else', () => {
    const file = config({
      cacheMib: 100,
      steps: 5,
      runs: [
        { source: 'hf://a/b', revisions: 'step*' },
        { source: 's3://b/c', endpoint: 'http://x' },
      ],
    });
    const steps = [{ from: 5, to: 5, every: 1 }];
    expect(commandFrom(['watch'], file)).toMatchObject({
      cacheMib: 100,
      places: [
        { revisions: 'step*', endpoint: null, steps },
        { revisions: null, endpoint: 'http://x', steps },
      ],
    });
    expect(commandFrom(['analyze', 'x'], file)).toMatchObject({ cacheMib: 100, place: { steps } });
    expect(commandFrom([], file)).toMatchObject({ name: 'demo', training: [] });
    expect(problemsOf({ runs: [{ source: 'a', revisions: 'step*' }] })).toEqual([
      'c.ts: runs[0]: revisions: expected an address such as hf://owner/name, got none',
    ]);
  });

  it.each<[string, unknown, string[]]>([
    ['another value', [1], ['c.ts: expected an object with options by name, got [1]']],
    [
      'keys that are not known, with the nearest that is',
      { setleMs: 1, 'settle-ms': 1, Port: 1, run: [], zzz: 1 },
      [
        'c.ts: "setleMs" is no option; did you mean settleMs?',
        'c.ts: "settle-ms" is no option; did you mean settleMs?',
        'c.ts: "Port" is no option; did you mean port?',
        'c.ts: "run" is no option; did you mean runs?',
        'c.ts: "zzz" is no option',
      ],
    ],
    [
      'values of another kind',
      { port: true, nullModel: 'yes', webhook: [1, null], marker: null },
      [
        'c.ts: port: expected a text or a number, got true',
        'c.ts: nullModel: expected true or false, got "yes"',
        'c.ts: webhook: expected a text, or an array of texts, got [1,null]',
        'c.ts: marker: expected a text or a number, got null',
      ],
    ],
    [
      'values that the command line refuses too, one of each group',
      { ablation: 'none', port: 70_000, settleMs: -1 },
      [
        'c.ts: ablation: expected one of zero, mean, resample; got "none"',
        'c.ts: port: expected at most 65535, got 70000',
        'c.ts: settleMs: expected a whole number of at least 0, got "-1"',
      ],
    ],
    [
      'runs that are none',
      { runs: 'a' },
      ['c.ts: runs: expected an array of runs, each with its source, got "a"'],
    ],
    [
      'what is wrong with a run, and where',
      {
        runs: [{ source: 'a' }, 'b', { source: '', name: ' ' }, { source: 'c', port: 1, tokensPerStep: 0.5 }],
      },
      [
        'c.ts: runs[1]: expected a run such as { source: \'./runs/a\' }, got "b"',
        'c.ts: runs[2]: source: expected a directory or an address, got ""',
        'c.ts: runs[2]: name: expected a text, got " "',
        'c.ts: runs[3]: "port" is no option',
      ],
    ],
    [
      'a value of a run',
      { runs: [{ source: 'c', tokensPerStep: 0.5 }] },
      ['c.ts: runs[0]: tokensPerStep: expected a whole number of at least 1, got "0.5"'],
    ],
    [
      'two runs of one source or name',
      { runs: [{ source: 'a', name: 'n' }, { source: './a' }, { source: 'b', name: 'n' }] },
      [
        'c.ts: runs: expected another source for each run, got "/project/a" twice',
        'c.ts: runs: expected another name for each run, got "n" twice',
      ],
    ],
    [
      'two probes',
      { tokens: 'a', segment: 3 },
      ['c.ts: segment cannot stand beside tokens: they are different probes'],
    ],
  ])('is refused with %s', (_, value, problems) => {
    expect(problemsOf(value)).toEqual(problems);
  });
});
