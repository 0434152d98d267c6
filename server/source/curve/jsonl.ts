/**
 * A log of one JSON object a line (`metrics.jsonl`), with the step under `step`, `global_step`, `iter` or `iteration`.
 * Its numbers are scalars; what is no number, lines without a step and lines that are no JSON are passed over: other
 * things are logged as well.
 */
import { isRecord } from '../../base/json-value.ts';
import { isStepName, type Scalars, stepOf } from './curve-file.ts';
import { LineFile } from './line-file.ts';
import { looseJson } from './loose-json.ts';

export class JsonLines extends LineFile {
  protected override begin(): void {}

  protected override line(text: string, scalars: Scalars): void {
    const value = looseJson(text)?.value;
    if (!isRecord(value)) return;
    const step = stepOf(value);
    if (step === null) return;
    scalars.add(
      step,
      Object.entries(value).filter(([name]) => !isStepName(name)),
    );
  }
}
