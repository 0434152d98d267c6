/**
 * Checkpoint contents: two small GPT-NeoX models, each in some variants that differ by seeded noise on the weights of the
 * layers from some layer on. Few variants, so that the same contents come up in many places and must give the same graph.
 *
 *   narrow   the sample run of the tests, 3 layers of 4 heads: 60 edges, some 40 ms a graph
 *   wide     6 layers of 24 heads, random: 9,375 edges, so that a log fills and viewers lag
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '../../server/base/random.ts';
import { configOf, randomTensor, type Shape, shapeOf, tensorNames } from '../bench/random-model.ts';
import { SAMPLE } from './places.ts';

export type Kind = 'narrow' | 'wide';

export const VARIANTS = 12;

const WIDE: Shape = { name: 'wide', layers: 6, heads: 24, width: 48, vocabulary: 64 };
const NOISE = 0.05;

type Header = Readonly<Record<string, { readonly data_offsets: readonly [number, number] }>>;

export class Contents {
  readonly #made = new Map<string, Buffer>();

  config(kind: Kind): Buffer {
    return this.#once(`config of ${kind}`, () =>
      kind === 'narrow'
        ? readFileSync(join(SAMPLE, 'config.json'))
        : Buffer.from(JSON.stringify({ ...configOf(WIDE), rotary_pct: 1 })),
    );
  }

  /** Bytes of model.safetensors. @param variant 0 … VARIANTS − 1 */
  model(kind: Kind, variant: number): Buffer {
    return this.#once(`${kind} ${variant}`, () =>
      variant === 0 ? baseOf(kind) : varied(this.model(kind, 0), variant),
    );
  }

  #once(key: string, make: () => Buffer): Buffer {
    const bytes = this.#made.get(key) ?? make();
    this.#made.set(key, bytes);
    return bytes;
  }
}

function baseOf(kind: Kind): Buffer {
  return kind === 'narrow' ? readFileSync(join(SAMPLE, 'model.safetensors')) : wideModel();
}

function wideModel(): Buffer {
  const entries: [string, unknown][] = [];
  const payload: Buffer[] = [];
  let offset = 0;
  for (const name of tensorNames(WIDE)) {
    const values = randomTensor(WIDE, name).map((value) => (name.includes('norm') ? value : 5 * value));
    const bytes = Buffer.from(values.buffer);
    entries.push([
      name,
      { dtype: 'F32', shape: shapeOf(WIDE, name), data_offsets: [offset, offset + bytes.length] },
    ]);
    payload.push(bytes);
    offset += bytes.length;
  }
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, ...payload]);
}

/** Float32 tensors with noise, those of the embeddings and of the layers below `variant % 3` left as they are. */
function varied(base: Buffer, variant: number): Buffer {
  const bytes = Buffer.from(base);
  const dataAt = 8 + Number(bytes.readBigUInt64LE(0));
  const header: Header = JSON.parse(bytes.toString('utf8', 8, dataAt));
  const random = seededRandom(variant);
  for (const [name, entry] of Object.entries(header)) {
    const layer = /layers\.(\d+)\./.exec(name)?.[1];
    if (layer === undefined || Number(layer) < variant % 3) continue;
    const [begin, end] = entry.data_offsets;
    for (let at = dataAt + begin; at < dataAt + end; at += 4)
      bytes.writeFloatLE(bytes.readFloatLE(at) + NOISE * (random() - 0.5), at);
  }
  return bytes;
}
