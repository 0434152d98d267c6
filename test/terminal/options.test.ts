import { describe, expect, it } from 'vitest';
import { commandFrom } from '../../server/terminal/options.ts';

const ENGINE = {
  threads: 0,
  ablation: 'zero',
  measure: 'cosine',
  nodes: 'components',
  effects: 'auto',
  effectPositions: null,
  nullModel: false,
  memoryMib: 1_024,
  device: 'cpu',
  every: 1,
  maxLag: null,
};
const PLACE = {
  marker: undefined,
  endMarker: undefined,
  settleMillis: 500,
  tokensPerStep: null,
  steps: null,
  revisions: null,
  endpoint: null,
};
const DATA = { data: null, dataMib: 10_240 };
const SERVE = {
  host: '127.0.0.1',
  port: 4747,
  token: null,
  uploadToken: null,
  allowedHosts: [],
  allowedOrigins: [],
  viewersMax: 1_000,
  logLevel: 'silent',
  webhooks: [],
  publicUrl: null,
  ...DATA,
};

describe('the command line', () => {
  it('is the demo without a command', () => {
    expect(commandFrom([])).toEqual({
      name: 'demo',
      training: [],
      ...ENGINE,
      ...SERVE,
      probe: { kind: 'induction', prompts: 4, segment: 24, seed: 0 },
    });
    expect(commandFrom(['--port', '0'])).toMatchObject({ name: 'demo', port: 0 });
  });

  it('hands on to the training what is said of it', () => {
    const words = ['demo', '--family', 'llama', '--induction', '0', '--seed', '3'];
    expect(commandFrom(words)).toMatchObject({
      name: 'demo',
      training: ['--family=llama', '--induction=0', '--seed=3'],
      probe: { kind: 'induction', seed: 3 },
    });
  });

  it('watches directories', () => {
    const place = { ...PLACE, marker: 'DONE', settleMillis: 50, tokensPerStep: 524_288 };
    expect(
      commandFrom([
        'watch',
        'runs/a',
        'runs/b',
        '--marker',
        'DONE',
        '--settle-ms',
        '50',
        '--tokens-per-step',
        '524288',
        '--tokens',
        't.json',
      ]),
    ).toEqual({
      name: 'watch',
      places: ['runs/a', 'runs/b'].map((path) => ({ path, name: null, ...place })),
      pushed: place,
      cacheMib: 20_480,
      uploadMib: 8_192,
      uploadsMib: 20_480,
      ...ENGINE,
      ...SERVE,
      probe: { kind: 'tokens', file: 't.json' },
    });
  });

  it('analyses the steps that are asked for', () => {
    expect(commandFrom(['analyze', 'a', '--steps', '0,512', '--threads', '1'])).toMatchObject({
      place: {
        path: 'a',
        steps: [
          { from: 0, to: 0, every: 1 },
          { from: 512, to: 512, every: 1 },
        ],
      },
      threads: 1,
    });
  });

  it('watches, analyses and records a repository on the hub', () => {
    const words = ['hf://a/b', '--revisions', 'step*', '--steps', '0:143000:1000,5', '--cache-mib', '100'];
    const place = {
      ...PLACE,
      path: 'hf://a/b',
      name: null,
      revisions: 'step*',
      steps: [
        { from: 0, to: 143_000, every: 1000 },
        { from: 5, to: 5, every: 1 },
      ],
    };
    expect(commandFrom(['watch', ...words])).toMatchObject({ places: [place], cacheMib: 100 });
    const asked = { place, cacheMib: 100 };
    expect(commandFrom(['analyze', ...words, '--data', 'd'])).toMatchObject({ ...asked, data: 'd' });
    expect(commandFrom(['record', ...words, '--out', 'f'])).toMatchObject({ ...asked, data: null });
  });

  it('replays, exports and records', () => {
    expect(commandFrom(['replay', 'a', '--speed', '60', '--port', '0'])).toEqual({
      name: 'replay',
      record: 'a',
      speed: 60,
      ...SERVE,
      port: 0,
    });
    expect(commandFrom(['replay', 'a', '--speed', 'max'])).toMatchObject({ speed: null });
    expect(commandFrom(['export', 'a', '--format', 'gexf', '--least-weight', '0.3', '--data', 'd'])).toEqual({
      name: 'export',
      record: 'a',
      format: 'gexf',
      file: null,
      html: null,
      step: null,
      leastWeight: 0.3,
      ...DATA,
      data: 'd',
    });
    expect(commandFrom(['export', 'a', '--html', 'f.html', '--step', '5'])).toMatchObject({
      format: null,
      html: 'f.html',
      step: 5,
    });
    expect(commandFrom(['record', 'a', '--out', 'f', '--follow'])).toMatchObject({
      name: 'record',
      place: { path: 'a' },
      file: 'f',
      follow: true,
    });
    expect(commandFrom(['runs', '--data', 'd'])).toEqual({ name: 'runs', ...DATA, data: 'd' });
  });

  it('takes several names under which others reach it', () => {
    const words = ['watch', 'a', '--allow-host', 'x.example', '--allow-host', 'y.example'];
    expect(commandFrom(words)).toMatchObject({ allowedHosts: ['x.example', 'y.example'] });
  });

  it('takes several origins, repeated or with commas between', () => {
    const words = [
      '--allow-origin',
      'https://a.example, null',
      '--allow-origin',
      '*',
      '--allow-origin',
      'x,',
    ];
    expect(commandFrom(words)).toMatchObject({ allowedOrigins: ['https://a.example', 'null', '*', 'x', ''] });
  });

  it('takes several webhooks, and the file that ends a run', () => {
    const words = ['watch', 'a', '--webhook', 'http://x', '--webhook', 'http://y', '--end-marker', 'ENDED'];
    expect(commandFrom(words)).toMatchObject({
      webhooks: ['http://x', 'http://y'],
      places: [{ endMarker: 'ENDED' }],
    });
  });

  it.each([
    [
      'a path as the file that ends a run',
      ['watch', 'x', '--end-marker', 'a/b'],
      '--end-marker: expected the name of a file, got "a/b"',
    ],
    [
      'an unknown command',
      ['observe', 'x'],
      'expected one of the commands watch, analyze, diff, phases, runs, replay, export, record, demo, help; got "observe"',
    ],
    [
      'a speed that is none',
      ['replay', 'a', '--speed', '0'],
      '--speed: expected a number above 0, or max; got "0"',
    ],
    ['a recording without a file', ['record', 'a'], '--out: expected the file to write, got none'],
    ['two runs to export', ['export', 'a', 'b'], 'export takes one recorded run or file, got 2'],
    [
      'an unknown option',
      ['watch', 'x', '--prot', '1'],
      '--prot: this command has no such option; did you mean --port?',
    ],
    [
      'an option of another command',
      ['analyze', 'x', '--port', '1'],
      '--port: this command has no such option',
    ],
    ['one checkpoint to compare', ['diff', 'a'], 'diff takes two checkpoints, got 1'],
    ['two directories', ['analyze', 'a', 'b'], 'analyze takes one directory or address, got 2'],
    [
      'a store without an address in it',
      ['watch', 'a', '--endpoint', 'http://x'],
      '--endpoint: expected an address such as s3://bucket/prefix, got none',
    ],
    [
      'a store that is no URL',
      ['watch', 's3://a', '--endpoint', 'minio:9000'],
      '--endpoint: expected a URL such as https://s3.example.org, got "minio:9000"',
    ],
    ['a port that is none', ['--port', '70000'], '--port: expected at most 65535, got 70000'],
    [
      'a number that is none',
      ['analyze', 'a', '--steps', '1,x'],
      '--steps: expected steps such as 0,512 or 0:143000:1000, got "x"',
    ],
    [
      'revisions of a directory',
      ['watch', 'a', '--revisions', 'step*'],
      '--revisions: expected an address such as hf://owner/name, got none',
    ],
    [
      'a place for results that are not kept',
      ['analyze', 'a', '--data', 'd'],
      '--data: expected an address such as hf://owner/name or s3://bucket/prefix, got none',
    ],
    [
      'no prompts',
      ['watch', 'a', '--prompts', '0'],
      '--prompts: expected a whole number of at least 1, got "0"',
    ],
    [
      'an ablation that is none',
      ['watch', 'a', '--ablation', 'none'],
      '--ablation: expected one of zero, mean, resample',
    ],
    [
      'two probes',
      ['watch', 'a', '--tokens', 't', '--segment', '3'],
      '--segment cannot stand beside --tokens',
    ],
  ])('refuses %s with a sentence', (_, words, sentence) => {
    expect(() => commandFrom(words)).toThrow(sentence);
  });

  it('is asked for help, of all or of one command', () => {
    for (const words of [['--help'], ['-h'], ['help'], ['--port', '--help']])
      expect(commandFrom(words)).toEqual({ name: 'help', of: null });
    for (const words of [
      ['help', 'watch'],
      ['watch', '--help'],
      ['watch', 'x', '-h'],
    ])
      expect(commandFrom(words)).toEqual({ name: 'help', of: 'watch' });
    expect(() => commandFrom(['help', 'wacth'])).toThrow('got "wacth"; did you mean watch?');
  });
});
