/**
 * The header of a safetensors file, read and checked before anything of the payload is touched.
 *
 * File: header length (8 bytes, unsigned, little-endian) · header (JSON) · payload. The header maps each tensor
 * name to `{dtype, shape, data_offsets: [begin, end]}`, offsets counted from the start of the payload;
 * `__metadata__` is the writer's own and not looked at. The tensors tile the payload: no overlap, no hole, and
 * the last one ends where the file ends.
 *
 * Limits: header of 100 MB, as in the reference implementation (github.com/huggingface/safetensors).
 */
import { basename } from 'node:path';
import { CheckpointFailure } from '../base/failure.ts';
import { isRecord, shown } from '../base/json-value.ts';
import { cutShort, type TensorEntry, tooShort } from './tensor-file.ts';

/** Bits of one number of each format that a header may name. */
const DTYPE_BITS: ReadonlyMap<string, number> = new Map([
  ['F4', 4],
  ...['F6_E2M3', 'F6_E3M2'].map((dtype) => [dtype, 6] as const),
  ...['BOOL', 'U8', 'I8', 'F8_E4M3', 'F8_E5M2', 'F8_E8M0', 'F8_E4M3FNUZ', 'F8_E5M2FNUZ'].map(
    (dtype) => [dtype, 8] as const,
  ),
  ...['I16', 'U16', 'F16', 'BF16'].map((dtype) => [dtype, 16] as const),
  ...['I32', 'U32', 'F32'].map((dtype) => [dtype, 32] as const),
  ...['I64', 'U64', 'F64', 'C64'].map((dtype) => [dtype, 64] as const),
]);

export const LENGTH_BYTES = 8;
const HEADER_BYTES_MAX = 100_000_000;
/** Of a broken header so many problems are told; the rest is counted. */
const PROBLEMS_TOLD_MAX = 3;

/**
 * Length of the header, from the first bytes of a file of `fileBytes` bytes.
 * @throws CheckpointFailure `truncated`, `corrupt`
 */
export function headerBytesFrom(file: string, prefix: Uint8Array, fileBytes: number): number {
  if (prefix.length < LENGTH_BYTES) throw cutShort(file, `at least ${LENGTH_BYTES}`, fileBytes);
  const claimed = new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true);
  if (claimed > HEADER_BYTES_MAX)
    throw corrupt(file, [
      `expected a header of at most ${count(HEADER_BYTES_MAX)} bytes, its first eight bytes say ${count(claimed)}`,
    ]);
  const headerBytes = Number(claimed);
  if (LENGTH_BYTES + headerBytes > fileBytes) throw tooShort(file, LENGTH_BYTES + headerBytes, fileBytes);
  return headerBytes;
}

/**
 * The tensors of a file of `fileBytes` bytes, in the order in which they lie in it; null where nobody knows yet.
 * @throws CheckpointFailure `corrupt` where the header contradicts itself or the format, else `truncated`
 * where the file is shorter than the header says.
 */
export function tensorsFromHeader(
  file: string,
  header: Uint8Array,
  fileBytes: number | null,
): ReadonlyMap<string, TensorEntry> {
  const payloadBegin = LENGTH_BYTES + header.length;
  const problems: string[] = [];
  const entries: [string, TensorEntry][] = [];
  for (const [name, value] of Object.entries(parsedObject(file, header))) {
    if (name === '__metadata__') continue;
    const entry = tensorEntry(value, payloadBegin);
    if (typeof entry === 'string') problems.push(`tensor ${shown(name)}: ${entry}`);
    else entries.push([name, entry]);
  }
  if (problems.length > 0) throw corrupt(file, problems);

  entries.sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let payloadEnd = payloadBegin;
  for (const [name, { begin, end }] of entries) {
    if (begin !== payloadEnd)
      problems.push(
        `tensor ${shown(name)}: expected to begin at byte ${count(payloadEnd)}, where the one before it ends, ` +
          `begins at ${count(begin)}; there is ${begin < payloadEnd ? 'an overlap' : 'a hole'}`,
      );
    payloadEnd = Math.max(payloadEnd, end);
  }
  if (problems.length > 0) throw corrupt(file, problems);

  if (fileBytes !== null && payloadEnd > fileBytes) throw tooShort(file, payloadEnd, fileBytes);
  if (fileBytes !== null && payloadEnd < fileBytes)
    throw corrupt(file, [
      `expected ${count(payloadEnd)} bytes, found ${count(fileBytes)}; no tensor lies in the last ones`,
    ]);
  return new Map(entries);
}

function parsedObject(file: string, header: Uint8Array): object {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(header));
  } catch (error) {
    throw corrupt(file, ['expected a header in JSON, found something else'], { cause: error });
  }
  if (!isRecord(value)) throw corrupt(file, ['expected a JSON object as header, found another value']);
  return value;
}

/** One tensor of the header with its offsets made absolute, or what is wrong with it. */
function tensorEntry(value: unknown, payloadBegin: number): TensorEntry | string {
  if (!isRecord(value)) return 'expected an object';
  const { dtype, shape, data_offsets: offsets } = value;
  const bitsEach = typeof dtype === 'string' ? DTYPE_BITS.get(dtype) : undefined;
  if (typeof dtype !== 'string' || bitsEach === undefined)
    return `expected a dtype of the format, found ${shown(dtype)}`;
  if (!isSizes(shape)) return `expected a shape of non-negative integers, found ${shown(shape)}`;
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0] > offsets[1])
    return `expected data_offsets [begin, end], found ${shown(offsets)}`;
  const [begin, end] = offsets;
  const bytes = (product(shape) * bitsEach) / 8;
  // Beyond 2^53 sums and products of numbers are not exact any more, and no file is that large.
  if (!(bytes <= Number.MAX_SAFE_INTEGER / 64) || !Number.isSafeInteger(payloadBegin + end))
    return `expected a size below 2^47 bytes, found shape ${shown(shape)} and end ${count(end)}`;
  if (bytes !== end - begin)
    return `expected ${count(bytes)} bytes for ${dtype} ${shown(shape)}, found ${count(end - begin)}`;
  return { dtype, shape, begin: payloadBegin + begin, end: payloadBegin + end };
}

/** 1 for no factors; a 0 among them wins over factors that would overflow. */
function product(factors: readonly number[]): number {
  return factors.includes(0) ? 0 : factors.reduce((result, factor) => result * factor, 1);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function corrupt(file: string, problems: readonly string[], options?: ErrorOptions): CheckpointFailure {
  const told = problems.slice(0, PROBLEMS_TOLD_MAX).join('; ');
  const more = problems.length - PROBLEMS_TOLD_MAX;
  return new CheckpointFailure(
    'corrupt',
    `${basename(file)}: ${told}${more > 0 ? `; and ${count(more)} more` : ''}`,
    options,
  );
}

function count(number: number | bigint): string {
  return number.toLocaleString('en-US');
}
