/**
 * A log of lines, a whole one at a time: a last line without its end is being written and waits.
 */
import { CURVE_CHUNK_BYTES } from '../../base/config.ts';
import { CheckpointFailure } from '../../base/failure.ts';
import { AppendedFile } from './appended-file.ts';
import { type CurveFile, type CurveReading, Scalars } from './curve-file.ts';

const LINE_END = 0x0a;

export abstract class LineFile implements CurveFile {
  readonly #file: AppendedFile;

  /** @param root the directory that the file has to lie in, after all links */
  constructor(file: string, root: string) {
    this.#file = new AppendedFile(file, root);
  }

  get isOver(): boolean {
    return this.#file.isOver;
  }

  async read(): Promise<CurveReading> {
    const { bytes, isAnew, isFull } = await this.#file.read();
    const length = bytes.lastIndexOf(LINE_END) + 1;
    if (length === 0 && isFull) {
      this.#file.end();
      throw new CheckpointFailure(
        'too-large',
        `${this.#file.name}: expected lines of at most ${CURVE_CHUNK_BYTES.toLocaleString('en-US')} bytes, found a longer one; nothing more is read from it`,
      );
    }
    if (isAnew) this.begin();
    const scalars = new Scalars();
    try {
      for (const line of new TextDecoder().decode(bytes.subarray(0, length)).split('\n')) {
        const text = line.trim();
        if (text !== '') this.line(text, scalars);
      }
    } catch (error) {
      this.#file.end();
      throw error;
    }
    this.#file.take(bytes, length);
    return { entries: scalars.entries, notFinite: scalars.notFinite, hasMore: isFull };
  }

  /** The file begins, for the first time or again. */
  protected abstract begin(): void;
  /** @param text not empty
   * @throws CheckpointFailure which ends the file */
  protected abstract line(text: string, scalars: Scalars): void;
}
