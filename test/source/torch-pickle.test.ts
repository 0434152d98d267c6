import { describe, expect, test } from 'vitest';
import { CheckpointFailure } from '../../server/base/failure.ts';
import { unpickled } from '../../server/source/torch-pickle.ts';
import type { Value } from '../../server/source/torch-values.ts';
import { pickleOf } from '../support/torch-writer.ts';

/** Bytes of a pickle without its STOP: text as Latin-1, numbers as bytes. */
function code(...parts: readonly (string | number)[]): Buffer {
  return Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.of(part))),
  );
}

function read(...parts: readonly (string | number)[]): Value {
  return unpickled('p', code(...parts, '.')).value;
}

function problemOf(bytes: Uint8Array): string {
  try {
    unpickled('p', bytes);
  } catch (error) {
    if (error instanceof CheckpointFailure) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error('expected a failure');
}

describe('plain values', () => {
  test.each<[string, readonly (string | number)[], Value]>([
    ['None', ['N'], null],
    ['True', [0x88], true],
    ['False', [0x89], false],
    ['a negative integer', ['J', 0xfe, 0xff, 0xff, 0xff], -2],
    ['a byte', ['K', 200], 200],
    ['two bytes', ['M', 1, 2], 513],
    ['a long', [0x8a, 2, 0x00, 0x80], -32_768],
    ['a long of four length bytes', [0x8b, 1, 0, 0, 0, 5], 5],
    ['a long of nothing', [0x8a, 0], 0],
    ['a float', ['G', 0x3f, 0xf8, 0, 0, 0, 0, 0, 0], 1.5],
    ['a text', ['X', 2, 0, 0, 0, 0xc3, 0xa9], 'é'],
    ['a short text', [0x8c, 1, 'a'], 'a'],
    ['a long text', [0x8d, 1, 0, 0, 0, 0, 0, 0, 0, 'a'], 'a'],
    ['a text of Python 2', ['U', 1, 0xe9], 'é'],
    ['a tuple of two', ['K', 1, 'N', 0x86], { kind: 'tuple', items: [1, null] }],
    ['a tuple down to its mark', ['(K', 1, 'K', 2, 't'], { kind: 'tuple', items: [1, 2] }],
    ['a list that is filled', [']q', 0, '(K', 1, 'K', 2, 'e'], { kind: 'list', items: [1, 2] }],
    ['a value out of the memo', ['K', 7, 'q', 3, '0h', 3], 7],
    ['a value out of the memo by its number', ['K', 7, 0x94, '0h', 0], 7],
    [
      'a seed of a hundred bits',
      [0x8a, 13, ...new Array<number>(13).fill(1)],
      { kind: 'opaque', of: 'builtins.int' },
    ],
    ['a set', [0x8f, '(K', 1, 0x90], { kind: 'opaque', of: 'builtins.set' }],
    ['bytes', ['C', 2, 'ab'], { kind: 'opaque', of: 'builtins.bytes' }],
  ])('%s', (_, parts, value) => {
    expect(read(...parts)).toEqual(value);
  });

  test('a dictionary, item by item and all at once', () => {
    const entries = new Map([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ]);
    const item = (key: string, number: number) => ['X', 1, 0, 0, 0, key, 'K', number] as const;
    const parts = ['}', ...item('a', 1), 's(', ...item('b', 2), ...item('c', 3), 'u'] as const;
    expect(read(...parts)).toEqual({ kind: 'dict', entries });
  });
});

describe('a global', () => {
  test('that is not known is a placeholder, whatever is done with it', () => {
    const { value, strangers } = unpickled(
      'p',
      code('cmy.module\nThing\n)', 0x81, '}(K', 1, 'K', 2, 'ub(K', 3, 'eK', 1, 'K', 2, 's', ')R.'),
    );
    expect(value).toEqual({ kind: 'opaque', of: 'my.module.Thing' });
    expect(strangers).toEqual(['my.module.Thing']);
  });

  test('is not called even where it is known to Python only', () => {
    // eval('…') in all ways that a pickle can say it.
    for (const call of [
      ['cbuiltins\neval\n'],
      ['c__builtin__\neval\n'],
      [0x8c, 8, 'builtins', 0x8c, 4, 'eval', 0x93],
    ])
      expect(problemOf(code(...call, 'X', 1, 0, 0, 0, '1', 0x85, 'R.'))).toMatch(
        /^unsupported-file: p: expected only tensors and plain values, found the global (builtins|__builtin__)\.eval, which/,
      );
  });

  test.each([
    'os.system',
    'posix.system',
    'nt.system',
    'subprocess.Popen',
    'sys.exit',
    'importlib.import_module',
  ])('%s is refused wherever it stands', (name) => {
    const value = new Map([['state', { call: name, args: ['x'] }]]);
    expect(problemOf(pickleOf(value))).toContain(
      `found the global ${name}, which no checkpoint has a use for`,
    );
  });

  test.each(['ossuary.Bone', 'system.Loss', 'my.os.path'])('%s is not taken for one of them', (name) => {
    expect(unpickled('p', pickleOf({ call: name, args: [] })).strangers).toEqual([name]);
  });

  test('that is known takes its own arguments only', () => {
    expect(problemOf(pickleOf({ call: 'torch._utils._rebuild_tensor_v2', args: [1, 2, 3] }))).toBe(
      'corrupt: p: expected arguments that torch._utils._rebuild_tensor_v2 takes, found others',
    );
    expect(problemOf(pickleOf({ call: 'torch.FloatStorage', args: [4] }))).toContain(
      'torch.FloatStorage takes',
    );
  });
});

describe('a pickle is refused', () => {
  test.each<[string, number]>([
    ['DUP', 0x32],
    ['FLOAT', 0x46],
    ['INT', 0x49],
    ['LONG', 0x4c],
    ['PERSID', 0x50],
    ['STRING', 0x53],
    ['UNICODE', 0x56],
    ['DICT', 0x64],
    ['GET', 0x67],
    ['INST', 0x69],
    ['LIST', 0x6c],
    ['OBJ', 0x6f],
    ['PUT', 0x70],
    ['EXT1', 0x82],
    ['NEXT_BUFFER', 0x97],
    ['0xff', 0xff],
  ])('for the opcode %s, by its name', (name, byte) => {
    expect(problemOf(code(0x80, 2, byte, '.'))).toBe(
      `unsupported-file: p: expected only tensors and plain values, found the opcode ${name} at byte 2`,
    );
  });

  test.each([0, 1, 6, 255])('for protocol %i', (protocol) => {
    expect(problemOf(code(0x80, protocol, 'N.'))).toContain(
      `found protocol ${protocol}, where 2 to 5 are read`,
    );
  });

  test.each<[string, readonly (string | number)[], string]>([
    ['ends early', ['N'], 'expected it to go on up to its STOP, it ends before'],
    [
      'ends within a text',
      ['X', 255, 255, 255, 255, 'a'],
      'expected it to go on up to its STOP, it ends before',
    ],
    ['ends within a name', ['cno end'], 'expected it to go on up to its STOP, it ends before'],
    ['has an empty stack', ['.'], 'expected a value on its stack, found none'],
    ['takes from below a mark', ['N(.'], 'expected a value on its stack, found none'],
    ['has no mark', ['Nt.'], 'expected a mark on its stack, found none'],
    ['has an empty memo', ['h', 5, '.'], 'expected a value at place 5 of its memo, found none'],
    ['calls a number', ['K', 1, ')R.'], 'expected a global, found a number'],
    ['fills a list as a dictionary', [']K', 1, 'K', 2, 's.'], 'expected a dictionary to fill, found a list'],
    ['appends to a tuple', [')N', 'a.'], 'expected a list to append to, found a tuple'],
    ['has a key without a value', ['}(K', 1, 'u.'], 'expected keys and values in pairs, found a key alone'],
    ['refers to no storage', ['K', 1, 'Q.'], 'expected the persistent id of a storage, found another one'],
    [
      'names a global by a number',
      ['K', 1, 'K', 2, 0x93, '.'],
      'expected the name of a global, found a number',
    ],
  ])('that %s', (_, parts, problem) => {
    expect(problemOf(code(...parts))).toBe(`corrupt: p: ${problem}`);
  });

  test('above 2^20 opcodes, whatever they make', () => {
    for (const byte of [']', '}', '(', 'N', ')'])
      expect(problemOf(Buffer.alloc(2 ** 20 + 1, byte))).toBe(
        'too-large: p: expected at most 1,048,576 opcodes, found more',
      );
  });
});

test('nesting of any depth costs nothing', () => {
  const deep = Buffer.concat([Buffer.from('N'), Buffer.alloc(1_000_000, 0x85), Buffer.from('.')]);
  expect(unpickled('p', deep).value).toMatchObject({ kind: 'tuple' });
});

test('a maker with a type makes what the maker within it makes, and no further maker', () => {
  const type = 'ctorch._tensor\n_rebuild_from_type_v2\n';
  const made = (maker: string) => code(type, '(', maker, 'ctorch\nTensor\n)NtR.');
  expect(unpickled('p', made('ccollections\nOrderedDict\n')).value).toMatchObject({ kind: 'dict' });
  expect(problemOf(made(type))).toBe(
    'corrupt: p: expected arguments that torch._tensor._rebuild_from_type_v2 takes, found others',
  );
});
