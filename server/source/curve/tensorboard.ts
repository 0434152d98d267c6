/**
 * The scalars of a TensorBoard event file (`events.out.tfevents.*`), of TensorFlow 1 and 2, PyTorch and Lightning.
 *
 *   record   length u64 | masked CRC-32C of it u32 | Event | masked CRC-32C of that u32      (little-endian)
 *   Event    step 2, Summary 5;   Summary  Value 1, repeated
 *   Value    tag 1, simple_value 2 (float), tensor 8;   Tensor  dtype 1, shape 2, content 4, float_val 5, double_val 6
 *
 * A tensor counts if it is of one float or double and without dimensions; other kinds (images, histograms) are passed over,
 * and so is a record above CURVE_CHUNK_BYTES. A last record that is not whole waits. A broken one ends the file: nothing
 * says where the next begins. Source: tensorflow/core/util/event.proto, core/lib/io/record_writer.cc.
 */
import { PbfReader } from 'pbf';
import { CURVE_CHUNK_BYTES } from '../../base/config.ts';
import { CheckpointFailure } from '../../base/failure.ts';
import { AppendedFile } from './appended-file.ts';
import { maskedCrc32c } from './crc32c.ts';
import { type CurveFile, type CurveReading, Scalars } from './curve-file.ts';

const HEAD_BYTES = 12;
const SUM_BYTES = 4;
const FLOAT = 1;
const DOUBLE = 2;

type Value = { tag: string; value: number | null };
type Tensor = { type: number; dimensions: number; values: number[]; content: Uint8Array };
type Event = { step: number; values: Value[] };

export class TensorBoardFile implements CurveFile {
  readonly #file: AppendedFile;
  /** Bytes of a record that is passed over, still to come. */
  #skipped = 0;

  /** @param root the directory that the file has to lie in, after all links */
  constructor(file: string, root: string) {
    this.#file = new AppendedFile(file, root);
  }

  get isOver(): boolean {
    return this.#file.isOver;
  }

  async read(): Promise<CurveReading> {
    const { bytes, isAnew, isFull } = await this.#file.read();
    if (isAnew) this.#skipped = 0;
    const scalars = new Scalars();
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = Math.min(this.#skipped, bytes.length);
    this.#skipped -= at;
    while (at + HEAD_BYTES <= bytes.length) {
      const length = Number(view.getBigUint64(at, true));
      if (view.getUint32(at + 8, true) !== maskedCrc32c(bytes.subarray(at, at + 8)))
        return this.#broken(bytes, at, scalars);
      const end = at + HEAD_BYTES + length + SUM_BYTES;
      if (end - at > CURVE_CHUNK_BYTES) {
        this.#skipped = end - bytes.length;
        at = bytes.length;
        break;
      }
      if (end > bytes.length) break;
      const record = bytes.subarray(at + HEAD_BYTES, end - SUM_BYTES);
      if (view.getUint32(end - SUM_BYTES, true) !== maskedCrc32c(record))
        return this.#broken(bytes, at, scalars);
      if (!addEvent(record, scalars)) return this.#broken(bytes, at, scalars);
      at = end;
    }
    this.#file.take(bytes, at);
    return { entries: scalars.entries, notFinite: scalars.notFinite, hasMore: isFull };
  }

  /** What came before it counts; the sentence comes with the next reading, which is right away. */
  #broken(bytes: Uint8Array, at: number, scalars: Scalars): CurveReading {
    if (at > 0) {
      this.#file.take(bytes, at);
      return { entries: scalars.entries, notFinite: scalars.notFinite, hasMore: true };
    }
    this.#file.end();
    throw new CheckpointFailure(
      'corrupt',
      `${this.#file.name}: expected a record whose checksum fits, found another one; nothing more is read from it`,
    );
  }
}

/** False where it is no Event. */
function addEvent(record: Uint8Array, scalars: Scalars): boolean {
  try {
    const { step, values } = new PbfReader(record).readFields<Event>(readEvent, { step: 0, values: [] });
    if (step >= 0)
      scalars.add(
        step,
        values.map(({ tag, value }) => [tag, value] as const),
      );
    return true;
  } catch {
    return false;
  }
}

function readEvent(field: number, event: Event, pbf: PbfReader): void {
  if (field === 2) event.step = pbf.readVarint(true);
  else if (field === 5) pbf.readMessage(readSummary, event);
}

function readSummary(field: number, event: Event, pbf: PbfReader): void {
  if (field === 1) event.values.push(pbf.readMessage(readValue, { tag: '', value: null }));
}

function readValue(field: number, value: Value, pbf: PbfReader): void {
  if (field === 1) value.tag = pbf.readString();
  else if (field === 2) value.value = pbf.readFloat();
  else if (field === 8)
    value.value = scalarOf(
      pbf.readMessage(readTensor, { type: 0, dimensions: 0, values: [], content: new Uint8Array(0) }),
    );
}

function readTensor(field: number, tensor: Tensor, pbf: PbfReader): void {
  if (field === 1) tensor.type = pbf.readVarint();
  else if (field === 2) tensor.dimensions = pbf.readMessage(readShape, { dimensions: 0 }).dimensions;
  else if (field === 4) tensor.content = pbf.readBytes();
  else if (field === 5) pbf.readPackedFloat(tensor.values);
  else if (field === 6) pbf.readPackedDouble(tensor.values);
}

function readShape(field: number, shape: { dimensions: number }): void {
  if (field === 2) shape.dimensions += 1;
}

function scalarOf({ type, dimensions, values, content }: Tensor): number | null {
  if (dimensions > 0 || (type !== FLOAT && type !== DOUBLE)) return null;
  if (values.length === 1) return values[0];
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  if (type === FLOAT && content.length === 4) return view.getFloat32(0, true);
  return type === DOUBLE && content.length === 8 ? view.getFloat64(0, true) : null;
}
