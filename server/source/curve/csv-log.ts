/**
 * A log in CSV (`metrics.csv`, as the CSVLogger of Lightning writes it too): names in the first line, one of them the step.
 * An empty field is no value. Fields may be quoted, but hold no line ends. A header without a step ends the file.
 */
import { CheckpointFailure } from '../../base/failure.ts';
import { shownName } from '../../base/json-value.ts';
import { isStepName, type Scalars, stepOf } from './curve-file.ts';
import { LineFile } from './line-file.ts';

const NOT_FINITE = /^[+-]?(?:nan|inf(?:inity)?)$/i;

export class CsvLog extends LineFile {
  #names: readonly string[] | null = null;

  protected override begin(): void {
    this.#names = null;
  }

  protected override line(text: string, scalars: Scalars): void {
    const fields = fieldsOf(text);
    if (this.#names === null) {
      if (!fields.some(isStepName))
        throw new CheckpointFailure(
          'corrupt',
          `expected a column named step, global_step, iter or iteration, found ${shownName(text)}`,
        );
      this.#names = fields;
      return;
    }
    const values = this.#names.map((name, index) => [name, numberOf(fields[index] ?? '')] as const);
    const step = stepOf(Object.fromEntries(values));
    if (step === null) return;
    scalars.add(
      step,
      values.filter(([name]) => !isStepName(name)),
    );
  }
}

/** Null for what is no number. */
function numberOf(field: string): number | null {
  const text = field.trim();
  if (text === '') return null;
  if (NOT_FINITE.test(text)) return Number.NaN;
  const value = Number(text);
  return Number.isNaN(value) ? null : value;
}

function fieldsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',').map((field) => field.trim());
  return [...line.matchAll(/(?:^|,)(?:\s*"((?:[^"]|"")*)"\s*|([^,]*))/g)].map(([, quoted, bare]) =>
    quoted === undefined ? (bare ?? '').trim() : quoted.replaceAll('""', '"'),
  );
}
