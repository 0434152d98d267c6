import { describe, expect, it } from 'vitest';
import { commandFrom, HELP } from '../../server/terminal/options.ts';

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

describe('the command line', () => {
  it('is the demo without a command', () => {
    expect(commandFrom([])).toEqual({
      name: 'demo',
      seed: 0,
      ...ENGINE,
      host: '127.0.0.1',
      port: 4747,
      probe: { kind: 'induction', prompts: 4, segment: 24, seed: 0 },
    });
    expect(commandFrom(['--port', '0'])).toMatchObject({ name: 'demo', port: 0 });
  });

  it('watches a directory', () => {
    expect(
      commandFrom(['watch', 'runs/a', '--marker', 'DONE', '--settle-ms', '50', '--tokens', 't.json']),
    ).toEqual({
      name: 'watch',
      directory: 'runs/a',
      marker: 'DONE',
      settleMillis: 50,
      ...ENGINE,
      host: '127.0.0.1',
      port: 4747,
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

  it.each([
    [
      'an unknown command',
      ['observe', 'x'],
      'expected one of the commands watch, analyze, diff, phases, demo, help; got "observe"',
    ],
    ['an unknown option', ['watch', 'x', '--prot', '1'], "Unknown option '--prot'"],
    ['an option of another command', ['analyze', 'x', '--port', '1'], "Unknown option '--port'"],
    ['no directory', ['watch'], 'watch takes one directory, got 0'],
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
    ])
      expect(HELP).toContain(`--${option}`);
  });
});
