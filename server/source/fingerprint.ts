/**
 * A checkpoint's contents in one short string: the same for the same model, whenever, wherever and in whichever
 * shards or format it was written; another one for another model.
 *
 * SHA-256 over the bytes of config.json, and of each tensor, in the order of their names: name, dtype, shape, its
 * strides where it does not lie row by row, and the first, middle and last 1 KiB of its stored bytes (all of a tensor
 * of up to 3 KiB). Not of the header's
 * `__metadata__`, of tensors that the index leaves out, and of the tokenizer.
 *
 * What can go unseen: a change that leaves these samples of every tensor as they are, such as a few rows of one
 * large matrix edited by hand, or embeddings trained alone by an optimizer that moves only the rows it saw. A step
 * of training moves practically every weight of every tensor.
 *
 * Cost: three reads a tensor, whatever its size. A whole inspection of 300 tensors in a file of 1.6 GB took 13 to
 * 64 ms, and 68 to 86 ms with nothing of it in memory, from a local disk, two cores.
 */
import { createHash } from 'node:crypto';
import type { TensorFile } from './tensor-file.ts';

const SAMPLE_BYTES = 1024;
/** Tensors that are read at the same time: enough to keep a slow disk busy, 48 KiB of samples. */
const TENSORS_AT_ONCE = 16;

/**
 * @param config bytes of config.json
 * @param places the file of each tensor, which has it
 * @returns 43 characters of base64url
 * @throws CheckpointFailure `truncated`, `unreadable`
 */
export async function fingerprint(
  config: Uint8Array,
  places: ReadonlyMap<string, TensorFile>,
): Promise<string> {
  const hash = createHash('sha256');
  // Every part says how long it is, so that no two different sequences of parts are the same bytes.
  hash.update(`${config.length}\n`).update(config);
  const files = [...places].sort(([a], [b]) => (a < b ? -1 : 1));
  for (let at = 0; at < files.length; at += TENSORS_AT_ONCE) {
    const batch = files.slice(at, at + TENSORS_AT_ONCE);
    const parts = await Promise.all(batch.map(([name, file]) => tensorPart(name, file)));
    for (const { description, samples } of parts) hash.update(description).update(samples);
  }
  return hash.digest('base64url');
}

async function tensorPart(name: string, file: TensorFile) {
  const entry = file.tensors.get(name);
  if (!entry) throw new Error(`${name} is said to lie in a file that does not have it`);
  const { dtype, shape, begin, end, strides } = entry;
  const bytes = end - begin;
  const samples = new Uint8Array(Math.min(bytes, 3 * SAMPLE_BYTES));
  if (bytes <= samples.length) await file.readStored(name, 0, samples);
  else {
    const starts = [0, Math.floor((bytes - SAMPLE_BYTES) / 2), bytes - SAMPLE_BYTES];
    await Promise.all(
      starts.map((start, index) =>
        file.readStored(name, start, samples.subarray(index * SAMPLE_BYTES, (index + 1) * SAMPLE_BYTES)),
      ),
    );
  }
  return {
    description: `${JSON.stringify([name, dtype, shape, bytes, ...(strides ? [strides] : [])])}\n`,
    samples,
  };
}
