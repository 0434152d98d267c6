/**
 * The progress of `analyze` on stderr: one line that is drawn again in place. Only on a terminal; a log file gets
 * none of it.
 */
import type { Progress } from '../../protocol/state.ts';

const BAR_WIDTH = 24;
/** Where a terminal does not say how wide it is. */
const COLUMNS = 80;

export function progressLine(progress: Progress): string {
  const { taken, known, layersDone, layers, checkpoint, remainingMillis, activity } = progress;
  const within = activity === 'analysing' && layers > 0 ? layersDone / layers : 0;
  const finished = activity === 'analysing' ? Math.max(0, taken - 1) : taken;
  const share = known > 0 ? Math.min(1, (finished + within) / known) : 0;
  const filled = Math.round(share * BAR_WIDTH);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
  const where = checkpoint === null ? activity : `${checkpoint}, layer ${layersDone} of ${layers}`;
  const left = remainingMillis === null ? '' : `, about ${Math.ceil(remainingMillis / 1000)} s left`;
  return `${bar} ${taken} of ${known}: ${where}${left}`;
}

export class ProgressBar {
  readonly #stream: NodeJS.WriteStream;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  draw(progress: Progress): void {
    if (!this.#stream.isTTY) return;
    this.#stream.write(`\r\x1b[2K${progressLine(progress).slice(0, (this.#stream.columns || COLUMNS) - 1)}`);
  }

  clear(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\x1b[2K');
  }
}
