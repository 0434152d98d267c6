/**
 * Damaged files: what disks, networks, broken writers and people with intent make of a checkpoint. All of it is
 * data, so that a case that is found can be printed and pinned.
 */
import fc from 'fast-check';

/** Places are taken modulo the length. */
export type Damage =
  | { readonly does: 'flip'; readonly at: number; readonly bit: number }
  | { readonly does: 'write'; readonly at: number; readonly text: string }
  | { readonly does: 'insert'; readonly at: number; readonly text: string }
  | { readonly does: 'remove'; readonly at: number; readonly count: number }
  | { readonly does: 'cut'; readonly at: number }
  /** Overwrites with a piece of another file. */
  | { readonly does: 'splice'; readonly at: number; readonly from: number; readonly count: number }
  /** Another length of the header. */
  | { readonly does: 'claim'; readonly bytes: bigint }
  | { readonly does: 'nothing' };

/** What stands in headers and what does not. */
export const PIECES = [
  ...'0123456789[]{},:"-.e \0\\',
  'F16',
  'BF16',
  'I64',
  'null',
  '1e999',
  '-0',
  '"shape":[],',
  '"__metadata__":{},',
  '"__proto__":{},',
  '\\ud800',
  '\u00ff',
];

/** Damages of a file whose first `headBytes` matter most. */
export function damageOf(fileBytes: number, headBytes: number): fc.Arbitrary<Damage> {
  const at = fc.oneof(
    { weight: 3, arbitrary: fc.nat(headBytes) },
    { weight: 1, arbitrary: fc.nat(fileBytes) },
  );
  const text = fc.constantFrom(...PIECES);
  const count = fc.oneof(fc.nat(40), fc.nat(fileBytes));
  return fc.oneof(
    fc.record({ does: fc.constant('flip' as const), at, bit: fc.nat(7) }),
    fc.record({ does: fc.constant('write' as const), at, text }),
    fc.record({ does: fc.constant('insert' as const), at, text }),
    fc.record({ does: fc.constant('remove' as const), at, count }),
    fc.record({ does: fc.constant('cut' as const), at }),
    fc.record({ does: fc.constant('splice' as const), at, from: fc.nat(fileBytes), count }),
    fc.record({ does: fc.constant('claim' as const), bytes: lengths }),
  );
}

const lengths = fc.oneof(
  fc.constantFrom(0n, 1n, 2n, 8n, 99_999_999n, 100_000_000n, 2n ** 31n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n),
  fc.bigInt({ min: 0n, max: 5000n }),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
);

/** A damaged copy of `bytes`; `other` is where splices come from. */
export function damaged(bytes: Buffer, other: Buffer, damages: readonly Damage[]): Buffer {
  let copy: Buffer = Buffer.from(bytes);
  for (const damage of damages) copy = damagedOnce(copy, other, damage);
  return copy;
}

function damagedOnce(bytes: Buffer, other: Buffer, damage: Damage): Buffer {
  const at = 'at' in damage ? damage.at % (bytes.length + 1) : 0;
  switch (damage.does) {
    case 'flip':
      if (at < bytes.length) bytes[at] ^= 1 << damage.bit;
      return bytes;
    case 'write':
      bytes.write(damage.text, at, 'latin1');
      return bytes;
    case 'insert':
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(damage.text, 'latin1'), bytes.subarray(at)]);
    case 'remove':
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + damage.count)]);
    case 'cut':
      return bytes.subarray(0, at);
    case 'splice':
      other.copy(bytes, at, damage.from % other.length, (damage.from % other.length) + damage.count);
      return bytes;
    case 'claim':
      if (bytes.length >= 8) bytes.writeBigUInt64LE(damage.bytes);
      return bytes;
    case 'nothing':
      return bytes;
  }
}

/** Values that no configuration and no header should hold, as JSON text. */
export const HOSTILE_VALUES = [
  'null',
  'true',
  '""',
  '"x"',
  '-1',
  '0',
  '-0',
  '0.5',
  '1e308',
  '1e999',
  '9007199254740993',
  '2147483648',
  '[]',
  '{}',
  '[[1]]',
  '[1,2,3]',
  '{"__proto__":{"x":1}}',
  '"\\u0000\\u001b[2J"',
  `"${'long '.repeat(2000)}"`,
  `${'['.repeat(12_000)}${']'.repeat(12_000)}`,
  `${'{"a":'.repeat(12_000)}1${'}'.repeat(12_000)}`,
];

export const HOSTILE_NAMES = [
  '__proto__',
  'constructor',
  'toString',
  '__metadata__',
  '',
  ' ',
  '../../etc/passwd',
  '\\u0000',
  '\\u001b[31m',
  '\\ud800',
  '\\u202e',
  'n'.repeat(10_000),
];
