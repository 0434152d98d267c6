/**
 * How many edges `phasewatch-graph` draws: the strongest so many, or all from a weight on, and the slider for either.
 */
import { html, type TemplateResult } from 'lit';
import { edgeLadder, rungOf } from '../view/edge-ladder.ts';
import { weightText } from '../view/number.ts';

/** Of the scale of weights, what one press of an arrow key moves the slider by. */
const WEIGHT_STEPS = 100;

export type EdgesControl = {
  /** How many are drawn, in words. */
  readonly shown: string;
  readonly edgesMax: number;
  readonly leastWeight: number | null;
  /** How many can be drawn at most. */
  readonly most: number;
  /** Weight, or change of one, at the top of the scale. */
  readonly top: number;
  readonly isComparing: boolean;
  readonly isDisabled: boolean;
  readonly choose: (chosen: { readonly edgesMax?: number; readonly leastWeight?: number | null }) => void;
};

export function edgesControl(control: EdgesControl): TemplateResult {
  const { shown, leastWeight, isDisabled, choose, isComparing, top } = control;
  const noun = isComparing ? 'change' : 'weight';
  const switched = ({ target }: Event) =>
    choose({ leastWeight: (target as HTMLSelectElement).value === 'weight' ? top / 10 : null });
  return html`<div class="slider" part="edges">
    <output data-testid="edges-shown">${shown}</output>
    <select aria-label="Which edges are shown" data-testid="edges-by" ?disabled=${isDisabled} @change=${switched}>
      <option value="count" .selected=${leastWeight === null}>strongest</option>
      <option value="weight" .selected=${leastWeight !== null}>${noun} from</option>
    </select>
    ${leastWeight === null ? countSlider(control) : weightSlider(control, leastWeight)}
  </div>`;
}

function countSlider({ edgesMax, most, isDisabled, choose }: EdgesControl): TemplateResult {
  const ladder = edgeLadder(most);
  const count = Math.min(edgesMax, most);
  const input = ({ target }: Event) =>
    choose({ edgesMax: ladder[Number((target as HTMLInputElement).value)] });
  return html`<input type="range" min="0" max=${ladder.length - 1} step="1" .value=${String(rungOf(ladder, count))} ?disabled=${isDisabled}
    aria-label="Edges shown at most" aria-valuetext="${count} edges" @input=${input} />`;
}

function weightSlider({ top, isComparing, isDisabled, choose }: EdgesControl, least: number): TemplateResult {
  const input = ({ target }: Event) =>
    choose({ leastWeight: (Number((target as HTMLInputElement).value) * top) / WEIGHT_STEPS });
  const noun = isComparing ? 'change' : 'weight';
  return html`<input type="range" min="0" max=${WEIGHT_STEPS} step="1" .value=${String(Math.round((least * WEIGHT_STEPS) / top))} ?disabled=${isDisabled}
    aria-label="Least ${noun} shown" aria-valuetext="${noun} ${weightText(least)}" @input=${input} />`;
}
