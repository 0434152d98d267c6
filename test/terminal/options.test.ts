import { describe, expect, it } from 'vitest';
import { HELP } from '../../server/terminal/help.ts';
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
      seed: 0,
      ...ENGINE,
      ...SERVE,
      probe: { kind: 'induction', prompts: 4, segment: 24, seed: 0 },
    });
    expect(commandFrom(['--port', '0'])).toMatchObject({ name: 'demo', port: 0 });
  });

  it('watches directories', () => {
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
      paths: ['runs/a', 'runs/b'],
      marker: 'DONE',
      endMarker: undefined,
      settleMillis: 50,
      tokensPerStep: 524_288,
      ...ENGINE,
      ...SERVE,
      probe: { kind: 'tokens', file: 't.json' },
    });
  });

  it('analyses the steps that are asked for', () => {
    expect(commandFrom(['analyze', 'a', '--steps', '0,512', '--threads', '1'])).toMatchObject({
      directory: 'a',
      steps: [0, 512],
      threads: 1,
    });
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
      directory: 'a',
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
    expect(commandFrom(words)).toMatchObject({ webhooks: ['http://x', 'http://y'], endMarker: 'ENDED' });
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
    ['an unknown option', ['watch', 'x', '--prot', '1'], "Unknown option '--prot'"],
    ['an option of another command', ['analyze', 'x', '--port', '1'], "Unknown option '--port'"],
    ['no directory', ['watch'], 'watch takes a directory or several, got none'],
    ['one checkpoint to compare', ['diff', 'a'], 'diff takes two checkpoints, got 1'],
    ['two directories', ['analyze', 'a', 'b'], 'analyze takes one directory, got 2'],
    ['a port that is none', ['--port', '70000'], '--port: expected at most 65535, got 70000'],
    [
      'a number that is none',
      ['analyze', 'a', '--steps', '1,x'],
      '--steps: expected a whole number of at least 0, got "x"',
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

  it('explains every option that exists', () => {
    for (const option of [
      'prompts',
      'segment',
      'seed',
      'tokens',
      'threads',
      'steps',
      'port',
      'host',
      'marker',
      'settle-ms',
      'tokens-per-step',
      'ablation',
      'measure',
      'nodes',
      'effects',
      'effect-positions',
      'null-model',
      'memory-mib',
      'device',
      'every',
      'max-lag',
      'data',
      'data-mib',
      'speed',
      'format',
      'out',
      'follow',
      'step',
      'least-weight',
      'token',
      'upload-token',
      'allow-host',
      'allow-origin',
      'max-viewers',
      'log-level',
    ])
      expect(HELP).toContain(`--${option}`);
  });
});
