/**
 * 10,000 damaged checkpoints: headers in memory, whole files on disk, configurations. Whatever is in them, what comes
 * out is a checkpoint that can be read, or a failure with a stable code and a sentence that can be printed; never
 * another error, never more memory than the file itself suggests.
 *
 * PHASEWATCH_SEED chooses another walk; a case that is found is printed with its seed, and pinned below.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CheckpointFailure } from '../../server/base/failure.ts';
import { readModel } from '../../server/model/family.ts';
import { inspect, openCheckpoint, type TensorReader } from '../../server/source/checkpoint-files.ts';
import { headerBytesFrom, tensorsFromHeader } from '../../server/source/safetensors-header.ts';
import { SAMPLE_RUN, safetensorsBytes } from '../source/made-files.ts';
import { largestAllocation } from './allocations.ts';
import { type Damage, damaged, damageOf, HOSTILE_NAMES, HOSTILE_VALUES, PIECES } from './damage.ts';

const SEED = Number(process.env.PHASEWATCH_SEED ?? 20_250_915);
const CODES_OF_FILES = [
  'truncated',
  'corrupt',
  'incomplete',
  'too-large',
  'unreadable',
  'unsupported-dtype',
  'missing-tensor',
];
const CODES_OF_MODELS = ['unsupported-model', 'missing-tensor', 'wrong-shape', 'not-finite'];
/** No case comes near it; one that does not end does. */
const CASE_MILLIS_MAX = 2000;

const SAMPLE = readFileSync(join(SAMPLE_RUN, 'checkpoint-512/model.safetensors'));
const OTHER = readFileSync(join(SAMPLE_RUN, '../models/llama-800/model.safetensors'));
/** Deeper than a recursive function gets. */
const NESTED = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
const HEADER_BYTES = Number(SAMPLE.readBigUInt64LE());
const HEADER = SAMPLE.subarray(8, 8 + HEADER_BYTES);
const OTHER_HEADER = OTHER.subarray(8, 8 + Number(OTHER.readBigUInt64LE()));

/** Runs a case: true where it could be read, false where it failed as it should. */
async function settled(codes: readonly string[], act: () => unknown): Promise<boolean> {
  const begun = performance.now();
  try {
    await act();
    return true;
  } catch (error) {
    if (!(error instanceof CheckpointFailure)) throw error;
    expectFailure(error, codes);
    return false;
  } finally {
    expect(performance.now() - begun).toBeLessThan(CASE_MILLIS_MAX);
  }
}

function expectFailure({ code, message }: CheckpointFailure, codes: readonly string[]): void {
  expect(codes).toContain(code);
  expect(message).toMatch(/expected |cannot be read|has no tensor|takes .* bytes|^config\.json of a /);
  expect(message.length).toBeLessThan(1500);
  // What a terminal would obey has no place in a sentence.
  expect(message).not.toMatch(/\p{Cc}/u);
}

/** Header and length of a file as it is opened, without the file. */
function parsed(file: Uint8Array, fileBytes: number): void {
  const headerBytes = headerBytesFrom('model.safetensors', file.subarray(0, 8), fileBytes);
  const header = file.subarray(8, 8 + headerBytes);
  const tensors = tensorsFromHeader('model.safetensors', header, fileBytes);
  let end = 8 + header.length;
  for (const entry of tensors.values()) {
    expect(entry.begin).toBe(end);
    end = entry.end;
  }
  expect(end).toBe(fileBytes);
}

describe('headers', () => {
  const whole = Buffer.concat([SAMPLE.subarray(0, 8), HEADER]);
  const other = Buffer.concat([OTHER.subarray(0, 8), OTHER_HEADER]);

  test('3,500 damaged real ones', async () => {
    const damages = fc.array(damageOf(whole.length, whole.length), { minLength: 1, maxLength: 4 });
    let read = 0;
    const property = fc.asyncProperty(damages, fc.boolean(), async (list, keepsLength) => {
      const file = damaged(whole, other, list);
      // A length that agrees leads further into the parser.
      if (keepsLength && file.length >= 8) file.writeBigUInt64LE(BigInt(file.length - 8));
      const fileBytes = file.length + SAMPLE.length - whole.length;
      if (await settled(CODES_OF_FILES, () => parsed(file, fileBytes))) read += 1;
    });
    await fc.assert(property, { seed: SEED, numRuns: 3500 });
    expect(read).toBeGreaterThan(50);
  });

  const number = fc.oneof(fc.nat(64), fc.integer(), fc.double(), fc.maxSafeNat());
  const value = fc.oneof(fc.constantFrom(...HOSTILE_VALUES), number.map(String));
  const numbers = fc.array(
    fc.oneof({ weight: 4, arbitrary: number.map(String) }, { weight: 1, arbitrary: value }),
    {
      maxLength: 6,
    },
  );
  const list = numbers.map((items) => `[${items.join(',')}]`);
  const dtype = fc.oneof(fc.constantFrom('"F32"', '"BF16"', '"F4"', '"BOOL"', '"C64"', '"f32"'), value);
  const entry = fc.oneof(
    fc
      .tuple(dtype, fc.oneof(list, value), fc.oneof(list, value))
      .map(([type, shape, offsets]) => `{"dtype":${type},"shape":${shape},"data_offsets":${offsets}}`),
    // One that is right by itself: where it lies is another question.
    fc
      .tuple(fc.nat(8), fc.nat(16))
      .map(([size, at]) => `{"dtype":"F32","shape":[${size}],"data_offsets":[${4 * at},${4 * (at + size)}]}`),
    value,
  );
  const name = fc.oneof(fc.constantFrom(...HOSTILE_NAMES), fc.constantFrom('a', 'b', 'layers.0.weight'));
  const header = fc
    .array(fc.tuple(name, entry), { maxLength: 5 })
    .map((entries) => `{${entries.map(([key, text]) => `"${key}":${text}`).join(',')}}`);

  test('3,500 that lie about names, formats, shapes and places, some of them twice', async () => {
    const property = fc.asyncProperty(header, fc.nat(200), async (text, payloadBytes) => {
      const file = safetensorsBytes(text);
      await settled(CODES_OF_FILES, () => parsed(file, file.length + payloadBytes));
    });
    await fc.assert(property, { seed: SEED, numRuns: 3500 });
  });

  test.each([
    ['a dtype that is nested deeply', `{"w":{"dtype":${NESTED}}}`],
    ['a shape that is nested deeply', `{"w":{"dtype":"F32","shape":${NESTED}}}`],
    ['offsets that are nested deeply', `{"w":{"dtype":"F32","shape":[],"data_offsets":${NESTED}}}`],
    ['a dtype that a terminal obeys', '{"w":{"dtype":"\\u009b2J"}}'],
  ])('found once: %s', async (_, text) => {
    const file = safetensorsBytes(text);
    expect(await settled(CODES_OF_FILES, () => parsed(file, file.length))).toBe(false);
  });

  test('1,500 of any bytes, with any length', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc
        .array(fc.constantFrom(...PIECES), { maxLength: 30 })
        .map((pieces) => Buffer.from(pieces.join(''), 'latin1')),
      fc
        .tuple(fc.constantFrom('[', '{"a":', '"', '\\', '[{"":'), fc.nat(50_000))
        .map(([piece, count]) => Buffer.from(piece.repeat(count))),
    );
    const property = fc.asyncProperty(
      bytes,
      fc.boolean(),
      fc.maxSafeNat(),
      async (content, isFramed, fileBytes) => {
        const file = isFramed ? safetensorsBytes(Buffer.from(content).toString('latin1')) : content;
        await settled(CODES_OF_FILES, () => parsed(file, isFramed ? file.length : fileBytes));
      },
    );
    await fc.assert(property, { seed: SEED, numRuns: 1500 });
  });
});

describe('checkpoints on disk', () => {
  let directory: string;
  const CONFIG = readFileSync(join(SAMPLE_RUN, 'checkpoint-512/config.json'));
  const INDEX = Buffer.from(
    JSON.stringify({
      metadata: { total_size: 1 },
      weight_map: Object.fromEntries(
        Object.keys(JSON.parse(HEADER.toString())).map((tensor) => [tensor, 'model-1-of-1.safetensors']),
      ),
    }),
  );

  beforeAll(() => {
    directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'phasewatch-fuzz-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** Opens a checkpoint, reads all of it, and says how much memory that took at once. */
  async function readAll(): Promise<void> {
    const path = join(directory, 'step1');
    const ref = {
      id: 'step1',
      step: 1,
      directory: path,
      configFile: join(path, 'config.json'),
      content: null,
    };
    const { tensors, close } = await openCheckpoint(ref);
    try {
      for (const name of tensors.names()) {
        const size = tensors.shape(name).reduce((product, axis) => product * axis, 1);
        await settled(CODES_OF_FILES, async () => expect(await tensors.read(name)).toHaveLength(size));
      }
    } finally {
      await close();
    }
    expect(await inspect(ref)).toHaveProperty('content');
  }

  const few = (bytes: number, head: number) =>
    fc.array(damageOf(bytes, head), { minLength: 1, maxLength: 3 });
  const inPayload = fc.array(
    fc
      .record({ does: fc.constant('flip' as const), at: fc.nat({ max: SAMPLE.length - 1 }), bit: fc.nat(7) })
      .map((flip): Damage => ({ ...flip, at: Math.max(flip.at, 8 + HEADER_BYTES) })),
    { maxLength: 3 },
  );
  const nothing = fc.constant<Damage[]>([]);
  const mostly = (damages: fc.Arbitrary<Damage[]>) =>
    fc.oneof({ weight: 4, arbitrary: nothing }, { weight: 1, arbitrary: damages });

  test('500 with damaged files', async () => {
    let [read, biggest] = [0, 0];
    const property = fc.asyncProperty(
      fc.oneof(
        { weight: 3, arbitrary: few(SAMPLE.length, 8 + HEADER_BYTES) },
        { weight: 1, arbitrary: inPayload },
      ),
      mostly(few(CONFIG.length, CONFIG.length)),
      mostly(few(INDEX.length, INDEX.length)),
      fc.boolean(),
      async (model, config, index, isSharded) => {
        rmSync(join(directory, 'step1'), { recursive: true, force: true });
        mkdirSync(join(directory, 'step1'));
        const put = (file: string, bytes: Buffer) => writeFileSync(join(directory, 'step1', file), bytes);
        const bytes = damaged(SAMPLE, OTHER, model);
        put('config.json', damaged(CONFIG, OTHER, config));
        put(isSharded ? 'model-1-of-1.safetensors' : 'model.safetensors', bytes);
        if (isSharded) put('model.safetensors.index.json', damaged(INDEX, OTHER, index));
        const { result, bytesMax } = await largestAllocation(() => settled(CODES_OF_FILES, readAll));
        // A file of halves takes twice its size, and a chunk.
        expect(bytesMax).toBeLessThanOrEqual(2 * bytes.length + 2 ** 21);
        biggest = Math.max(biggest, bytesMax);
        if (result) read += 1;
      },
    );
    await fc.assert(property, { seed: SEED, numRuns: 500 });
    expect(read).toBeGreaterThan(50);
    // Allocations are really counted.
    expect(biggest).toBeGreaterThan(4 * 64 * 64);
  });
});

describe('configurations', () => {
  const MODELS = ['sample-run/checkpoint-512', 'models/gpt2-800', 'models/llama-800'].map((name) =>
    readFileSync(join(SAMPLE_RUN, '..', name, 'config.json'), 'utf8'),
  );
  const KEYS = [...new Set(MODELS.flatMap((text) => Object.keys(JSON.parse(text))))];
  const TYPES = ['gpt_neox', 'gpt2', 'gpt_neo', 'llama', 'mistral', 'qwen2', 'qwen3', 'olmo2'];

  /** Has every tensor of every shape, and none that is large. */
  const tensors: TensorReader = {
    has: () => true,
    names: () => [],
    shape: () => [64, 64],
    read: async () => new Float32Array(64 * 64),
  };

  const change = fc.record({
    key: fc.constantFrom(...KEYS, ...HOSTILE_NAMES),
    value: fc.option(
      fc.oneof(fc.constantFrom(...HOSTILE_VALUES), fc.integer().map(String), fc.nat(9).map(String)),
    ),
  });

  /** The text of a configuration in which keys are replaced, or left out where there is no value. */
  function changed(
    text: string,
    type: string | null,
    changes: readonly { key: string; value: string | null }[],
  ) {
    const fields = new Map(
      Object.entries(JSON.parse(text)).map(([key, value]) => [key, JSON.stringify(value)]),
    );
    if (type !== null) fields.set('model_type', JSON.stringify(type));
    for (const { key, value } of changes)
      if (value === null) fields.delete(key);
      else fields.set(key, value);
    return `{${Array.from(fields, ([key, value]) => `"${key}":${value}`).join(',')}}`;
  }

  async function readConfig(text: string): Promise<void> {
    const { weights } = readModel(JSON.parse(text), tensors);
    await weights.embedding();
  }

  test('1,000 of every family, with keys that are missing, of other types or huge', async () => {
    const property = fc.asyncProperty(
      fc.constantFrom(...MODELS),
      fc.option(fc.constantFrom(...TYPES)),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      async (text, type, changes) => {
        await settled(CODES_OF_MODELS, () => readConfig(changed(text, type, changes)));
      },
    );
    await fc.assert(property, { seed: SEED, numRuns: 1000 });
  });

  const [NEOX] = MODELS;
  test.each([
    ['a model_type that is nested deeply', [{ key: 'model_type', value: NESTED }]],
    ['an activation with a long name', [{ key: 'hidden_act', value: `"${'x'.repeat(2000)}"` }]],
    ['an activation with a name that a terminal obeys', [{ key: 'hidden_act', value: '"\\u001b[2J"' }]],
    [
      'a single head of 2^40 numbers',
      [
        { key: 'hidden_size', value: '1099511627776' },
        { key: 'num_attention_heads', value: '1' },
      ],
    ],
  ])('found once: %s', async (_, changes) => {
    await settled(CODES_OF_MODELS, () => readConfig(changed(NEOX, null, changes)));
  });
});
