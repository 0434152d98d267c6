/**
 * A list of the complete checkpoints of a run to choose from, those left behind too, newest first.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type { Checkpoint } from '../../protocol/state.ts';
import { keyText, lineOf, type Trained } from '../view/branches.ts';
import { wholeText } from '../view/number.ts';

export type Picker = {
  readonly name: string;
  readonly label: string;
  readonly chosen: Checkpoint | null;
  /** Number of the branch that it was left behind in, null for one of the run. */
  readonly branch: number | null;
  readonly choose: (checkpoint: string, branch: number | null) => void;
};

export function checkpointPicker(
  trained: Trained,
  { name, label, chosen, branch, choose }: Picker,
): TemplateResult {
  const numbers = [null, ...trained.branches.keys()];
  const complete = numbers
    .flatMap((number) => lineOf(trained, number).filter(({ key }) => key.branch === number))
    .filter(({ checkpoint }) => checkpoint.status === 'done')
    .sort((a, b) => b.checkpoint.step - a.checkpoint.step);
  const current = chosen && keyText({ id: chosen.id, branch });
  const changed = ({ target }: Event) => {
    const found = complete.find(({ key }) => keyText(key) === (target as HTMLSelectElement).value);
    if (found) choose(found.key.id, found.key.branch);
  };
  return html`<label>${name} <select aria-label=${label} data-testid=${name} @change=${changed}>
    ${chosen === null ? html`<option selected disabled>none</option>` : nothing}
    ${complete.map(
      ({ key, checkpoint }) =>
        html`<option value=${keyText(key)} .selected=${keyText(key) === current}>${wholeText(checkpoint.step)}${key.branch === null ? '' : ', left behind'}</option>`,
    )}
  </select></label>`;
}
