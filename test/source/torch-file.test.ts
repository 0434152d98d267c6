/** Files of torch.save: real ones of PyTorch (test/fixtures/torch, with the script that wrote them), and made ones. */
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { TensorFile } from '../../server/source/tensor-file.ts';
import { openTorch } from '../../server/source/torch-file.ts';
import { archiveBytes, pickleOf, type Saved, type SavedTensor, torchBytes } from '../support/torch-writer.ts';
import { failureOf, temporaryDirectory } from './made-files.ts';

const REAL = fileURLToPath(new URL('../fixtures/torch', import.meta.url));
const VALUES = JSON.parse(readFileSync(join(REAL, 'values.json'), 'utf8'));

async function opened(file: string, unwrap = true): Promise<TensorFile> {
  const open = await openTorch(file, dirname(file), { unwrap });
  onTestFinished(() => open.close());
  return open;
}

function put(bytes: Uint8Array): string {
  const file = join(temporaryDirectory(), 'step_1.pt');
  writeFileSync(file, bytes);
  return file;
}

async function problemOf(file: string): Promise<string> {
  const { code, message } = await failureOf(openTorch(file, dirname(file), { unwrap: true }));
  return `${code}: ${message}`;
}

const ones: SavedTensor = {
  dtype: 'F32',
  shape: [2, 2],
  bytes: new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer),
};
const saved = (entries: Readonly<Record<string, Saved>>) => new Map(Object.entries(entries));

describe('a real file', () => {
  test.each(['every-kind.pt', 'every-kind-protocol-5.pt'])(
    '%s gives what PyTorch says is in it',
    async (name) => {
      const file = await opened(join(REAL, name));
      const read: Record<string, unknown> = {};
      const refused: Record<string, string> = {};
      for (const [tensor, { shape }] of file.tensors)
        try {
          read[tensor] = [shape, [...(await file.read(tensor))]];
        } catch (error) {
          refused[tensor] = String(error).replace(/^.*found /, '');
        }
      expect(refused).toEqual({
        i64: 'I64',
        bool: 'BOOL',
        c64: 'C64',
        f8: 'F8_E4M3',
        u16: 'U16',
        expanded: 'F32 with numbers that are repeated',
      });
      const expected = Object.entries(VALUES.every).filter(([tensor]) => !(tensor in refused));
      expect(read).toEqual(Object.fromEntries(expected));
      expect(file.notes).toEqual([]);
    },
  );

  test.each([
    ['lightning.ckpt', 'transformer.'],
    ['nanogpt.pt', ''],
    ['parallel.pth', ''],
  ])('%s has its state dict found, and its wrappers taken off', async (name, prefix) => {
    const file = await opened(join(REAL, name));
    const read: Record<string, unknown> = {};
    for (const [tensor, { shape }] of file.tensors) read[tensor] = [shape, [...(await file.read(tensor))]];
    const expected = Object.entries(VALUES.model).map(([tensor, value]) => [prefix + tensor, value]);
    expect(read).toEqual(Object.fromEntries(expected));
  });

  test('of Lightning says what else it holds and is left alone', async () => {
    expect((await opened(join(REAL, 'lightning.ckpt'))).notes).toEqual([
      'beside the tensors it holds objects of pathlib.PurePosixPath, lightning_fabric.utilities.data.AttributeDict, ' +
        'argparse.Namespace, numpy._core.multiarray._reconstruct, numpy.ndarray and 4 more, which are neither made nor read',
    ]);
  });

  test.each([
    [
      'old.pt',
      'unsupported-file: old.pt: expected the zip format of torch 1.6 and later, found the older one; load it with a new torch and save it again, with torch.save(model.state_dict(), path) or model.save_pretrained(path, safe_serialization=True)',
    ],
    [
      'whole-model.pt',
      'unsupported-file: whole-model.pt: expected a dictionary of tensors, found an object of torch.nn.modules.linear.Linear; save the tensors alone, with torch.save(model.state_dict(), path)',
    ],
    [
      'sparse.pt',
      'unsupported-file: sparse.pt: expected only tensors in the state dict, found an object of torch._utils._rebuild_sparse_tensor as s; save the tensors alone, with torch.save(model.state_dict(), path)',
    ],
    [
      'hostile.pt',
      'unsupported-file: hostile.pt: data.pkl: expected only tensors and plain values, found the global posix.system, which no checkpoint has a use for',
    ],
  ])('%s is refused with a sentence', async (name, problem) => {
    expect(await problemOf(join(REAL, name))).toBe(problem);
    expect(existsSync('executed-by-a-checkpoint')).toBe(false);
  });
});

describe('the state dict', () => {
  const wrapped = (prefix: string) =>
    saved({ [`${prefix}wte.weight`]: ones, [`${prefix}h.0.ln.weight`]: ones, 'other.weight': ones });

  test.each(['state_dict', 'model_state_dict', 'model', 'module'])('is found under %s', async (place) => {
    const file = await opened(put(torchBytes(saved({ step: 3, loss: ones, [place]: saved({ w: ones }) }))));
    expect([...file.tensors.keys()]).toEqual(['w']);
  });

  test.each(['model.', 'module.', '_orig_mod.', '_forward_module.', 'model._orig_mod.', 'net.gpt.'])(
    'loses the wrapper %s where it stands before the embedding, and nothing else does',
    async (prefix) => {
      const names = [...(await opened(put(torchBytes(wrapped(prefix))))).tensors.keys()];
      expect(names.sort()).toEqual(['h.0.ln.weight', 'other.weight', 'wte.weight']);
    },
  );

  test.each([
    'transformer.wte',
    'gpt_neox.embed_in',
    'model.embed_tokens',
    'wte',
    'embed_in',
    'embed_tokens',
  ])("keeps the family's own name %s", async (name) => {
    const own = [`${name}.weight`, 'lm_head.weight'];
    const file = await opened(put(torchBytes(saved(Object.fromEntries(own.map((key) => [key, ones]))))));
    expect([...file.tensors.keys()]).toEqual(own);
    const wrapped = await opened(
      put(torchBytes(saved(Object.fromEntries(own.map((key) => [`model.${key}`, ones]))))),
    );
    // Llama's own prefix cannot be told from a wrapper's where there is nothing else; its reader takes both.
    const isAmbiguous = name === 'embed_tokens';
    expect([...wrapped.tensors.keys()]).toEqual(isAmbiguous ? own.map((key) => `model.${key}`) : own);
  });

  test('keeps all names where two models lie in one, and in a shard', async () => {
    const two = saved({ 'a.wte.weight': ones, 'b.wte.weight': ones });
    expect([...(await opened(put(torchBytes(two)))).tensors.keys()]).toEqual([
      'a.wte.weight',
      'b.wte.weight',
    ]);
    const shard = await opened(put(torchBytes(wrapped('model.'))), false);
    expect([...shard.tensors.keys()]).toEqual(['model.wte.weight', 'model.h.0.ln.weight', 'other.weight']);
  });

  test.each<[string, Saved, string]>([
    ['nothing', new Map(), 'found an empty one'],
    ['other things', saved({ step: 3, losses: [1, 2] }), 'found one of step, losses'],
    [
      'a whole model',
      saved({ model: { call: '__main__.GPT', args: [] } }),
      'found an object of __main__.GPT',
    ],
  ])('is asked for where there is %s', async (_, value, found) => {
    const problem = await problemOf(put(torchBytes(value)));
    expect(problem).toContain(
      `step_1.pt: expected a dictionary of tensors, or one under state_dict, model_state_dict, model, module, ${found}; save`,
    );
  });

  test('may hold the extra state of a module, and no other stranger', async () => {
    const stranger: Saved = { call: 'my.Weight', args: [ones] };
    const file = await opened(put(torchBytes(saved({ w: ones, 'l._extra_state': stranger }))));
    expect([...file.tensors.keys()]).toEqual(['w']);
    expect(await problemOf(put(torchBytes(saved({ w: ones, v: stranger }))))).toContain(
      'found an object of my.Weight as v',
    );
  });
});

describe('a tensor', () => {
  const long = Float32Array.from({ length: 24 }, (_, index) => index);
  const bytes = new Uint8Array(long.buffer);
  const tensorOf = async (rest: Partial<SavedTensor>) => {
    const file = await opened(put(torchBytes(saved({ w: { dtype: 'F32', shape: [24], bytes, ...rest } }))));
    return [...(await file.read('w'))];
  };

  test('may begin within its storage, and be turned', async () => {
    expect(await tensorOf({ shape: [2, 2], offset: 3 })).toEqual([3, 4, 5, 6]);
    expect(await tensorOf({ shape: [2, 3], strides: [1, 2] })).toEqual([0, 2, 4, 1, 3, 5]);
    expect(await tensorOf({ shape: [2, 2, 2], strides: [2, 12, 3], offset: 1 })).toEqual([
      1, 4, 13, 16, 3, 6, 15, 18,
    ]);
    expect(await tensorOf({ shape: [1, 3, 1], strides: [99, 1, 7] })).toEqual([0, 1, 2]);
    expect(await tensorOf({ shape: [0, 5] })).toEqual([]);
  });

  test.each<[string, Partial<SavedTensor>]>([
    ['by its shape', { shape: [5, 5] }],
    ['by its offset', { shape: [24], offset: 1 }],
    ['by its strides', { shape: [2, 2], strides: [23, 2] }],
    ['though it is empty', { shape: [0], offset: 25 }],
    [
      'beyond what numbers can count',
      { shape: [2 ** 30, 2 ** 30, 2 ** 30], strides: [2 ** 30, 2 ** 30, 2 ** 30] },
    ],
  ])('that reaches beyond its storage %s is refused', async (_, rest) => {
    expect(await problemOf(put(torchBytes(saved({ w: { dtype: 'F32', shape: [], bytes, ...rest } }))))).toBe(
      'corrupt: step_1.pt: expected tensor w to lie within its 24 numbers, it reaches beyond',
    );
  });

  test('whose storage is not there, or of another size, is refused', async () => {
    const at = (records: Readonly<Record<string, Uint8Array>>) =>
      problemOf(put(torchBytes(saved({ w: ones }), { records })));
    expect(await at({ 'data/0': new Uint8Array(15) })).toBe(
      'corrupt: step_1.pt: expected a record data/0 of 16 bytes for tensor w, found one of 15',
    );
    const none = archiveBytes(pickleOf(saved({ w: ones })));
    expect(await problemOf(put(none))).toBe(
      'corrupt: step_1.pt: expected a record data/0 of 16 bytes for tensor w, found none',
    );
  });

  test('is told by its bytes where formats differ, F64 rounded to the nearest', async () => {
    const doubles = new Uint8Array(Float64Array.of(1 / 3, 2 ** -160, 1e300).buffer);
    expect(await tensorOf({ dtype: 'F64', shape: [3], bytes: doubles })).toEqual([
      Math.fround(1 / 3),
      0,
      Number.POSITIVE_INFINITY,
    ]);
  });

  test('comes in the right order where it takes more than one chunk', async () => {
    const items = 2 ** 18 + 3;
    const doubles = Float64Array.from({ length: items }, (_, index) => index);
    const values = await tensorOf({ dtype: 'F64', shape: [items], bytes: new Uint8Array(doubles.buffer) });
    expect(values.findIndex((value, index) => value !== index)).toBe(-1);
  });
});

describe('an archive', () => {
  const whole = saved({ w: ones });

  test.each<[string, Parameters<typeof torchBytes>[1]]>([
    ['of before torch 2.1, without a byte order', { byteOrder: null }],
    ['with sizes and places of 64 bits', { wide: true }],
    ['of another name', { archive: 'épisode 3' }],
    ['with further records', { records: { '.data/serialization_id': '1', '.format_version': '1' } }],
  ])('%s is read', async (_, options) => {
    const file = await opened(put(torchBytes(whole, options)));
    expect([...(await file.read('w'))]).toEqual([1, 2, 3, 4]);
  });

  test('of a big-endian machine, and a TorchScript program, are refused', async () => {
    expect(await problemOf(put(torchBytes(whole, { byteOrder: 'big' })))).toBe(
      'unsupported-file: step_1.pt: expected numbers in the byte order little, found big; save it again on a little-endian machine',
    );
    expect(await problemOf(put(torchBytes(whole, { records: { 'constants.pkl': '' } })))).toBe(
      'unsupported-file: step_1.pt: expected tensors, found a TorchScript program; save the tensors of its model, with torch.save(model.state_dict(), path)',
    );
  });

  test.each([false, true])('that is cut anywhere is truncated or corrupt (64 bits: %s)', async (wide) => {
    const bytes = torchBytes(whole, { wide });
    for (let length = 0; length < bytes.length; length += 7)
      expect(await problemOf(put(bytes.subarray(0, length)))).toMatch(
        /^(truncated|corrupt): step_1\.pt: expected /,
      );
  });

  test('whose record is compressed or encrypted is refused by its name', async () => {
    const bytes = torchBytes(whole);
    const entry = bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    const changed = (at: number) => {
      const copy = Buffer.from(bytes);
      copy[entry + at] |= at === 8 ? 1 : 8;
      return put(copy);
    };
    expect(await problemOf(changed(10))).toBe(
      'unsupported-file: step_1.pt: expected records stored as they are, as torch.save writes them, found archive/data.pkl compressed by method 8; save it again with torch.save',
    );
    expect(await problemOf(changed(8))).toContain('found archive/data.pkl encrypted');
  });

  test('that is none is told apart', async () => {
    expect(await problemOf(put(Buffer.from('<html>not found</html>')))).toBe(
      'corrupt: step_1.pt: expected a zip archive, as torch.save writes it, found a file that begins with other bytes',
    );
    expect(await problemOf(put(Buffer.alloc(0)))).toBe(
      'truncated: step_1.pt: expected at least 4 bytes, found 0; the file is cut short or still being written',
    );
  });

  test('that a link leads out to is refused, and no file stays open', async () => {
    const target = put(torchBytes(whole));
    const link = join(temporaryDirectory(), 'step_2.pt');
    symlinkSync(target, link);
    expect(await problemOf(link)).toMatch(/^leads-out: step_2\.pt: expected a file inside /);
    if (process.platform !== 'linux') return;
    const openFiles = () => readdirSync('/proc/self/fd').length;
    const before = openFiles();
    await problemOf(put(torchBytes(new Map())));
    await problemOf(put(Buffer.alloc(5)));
    expect(openFiles()).toBe(before);
  });
});
