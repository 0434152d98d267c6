/**
 * `<phasewatch-diff>`: what changed between two checkpoints: edges and nodes, most changed first, and the roles.
 *
 * Properties: `analysis`, `checkpoints`, `branches`, `base` and `shown` (the two checkpoints), `baseBranch` and `shownBranch`
 * (what they were left behind in), `baseGraph`, `graph`, `problem` (why the base could not be fetched), `run` (its name). Reflects `data-edges` (number of rows). Parts: `toolbar`, `edges`, `nodes`.
 * Events: `phasewatch-compare`, `phasewatch-select`. Limit: 40 edges and 40 nodes are listed.
 */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { possibleEdges } from '../../protocol/graph.ts';
import type { Analysis, Branch, Checkpoint, Graph } from '../../protocol/state.ts';
import { keyText, lineOf } from '../view/branches.ts';
import { type Difference, differenceOf } from '../view/difference.ts';
import { differenceText, totalsText } from '../view/difference-words.ts';
import { signedText, weightText } from '../view/number.ts';
import { roleChangeText } from '../view/roles.ts';
import { diffStyles } from './diff-styles.ts';
import { compareEvent, selectEvent } from './events.ts';
import './phasewatch-copy.ts';

const LISTED_MAX = 40;
/** Width of the longest bar: half its cell, less the margin in the middle. */
const BAR_PERCENT = 44;
/** Properties that the difference is made of. */
const COMPARED = ['analysis', 'base', 'shown', 'baseGraph', 'graph'] as const;

type Picker = {
  readonly name: string;
  readonly label: string;
  readonly chosen: Checkpoint | null;
  readonly branch: number | null;
  readonly event: (checkpoint: string, branch: number | null) => Event;
};

@customElement('phasewatch-diff')
export class PhasewatchDiff extends LitElement {
  static override readonly styles = diffStyles;

  @property({ attribute: false }) analysis: Analysis | null = null;
  @property({ attribute: false }) checkpoints: readonly Checkpoint[] = [];
  @property({ attribute: false }) branches: readonly Branch[] = [];
  @property({ attribute: false }) base: Checkpoint | null = null;
  @property({ attribute: false }) baseBranch: number | null = null;
  @property({ attribute: false }) shown: Checkpoint | null = null;
  @property({ attribute: false }) shownBranch: number | null = null;
  @property({ attribute: false }) baseGraph: Graph | null = null;
  @property({ attribute: false }) graph: Graph | null = null;
  @property() problem: string | null = null;
  @property() run = '';
  #difference: Difference | null = null;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!COMPARED.some((name) => changed.has(name))) return;
    this.#difference = this.#compute();
  }

  protected override render(): TemplateResult {
    const { base, shown } = this;
    const difference = this.#difference;
    return html`
      <div class="toolbar" part="toolbar">
        ${this.#picker({ name: 'from', label: 'Compare with', chosen: base, branch: this.baseBranch, event: compareEvent })}
        ${this.#picker({ name: 'to', label: 'Checkpoint', chosen: shown, branch: this.shownBranch, event: selectEvent })}
        ${difference && base && shown ? html`<phasewatch-copy .text=${differenceText(difference, base, shown, this.run)}></phasewatch-copy>` : nothing}
      </div>
      ${difference === null ? html`<p class="empty">${this.#missing()}</p>` : this.#tables(difference)}
    `;
  }

  protected override updated(): void {
    this.setAttribute('data-edges', String(this.#difference?.edges.length ?? 0));
  }

  #picker({ name, label, chosen, branch, event }: Picker): TemplateResult {
    const trained = { checkpoints: this.checkpoints, branches: this.branches };
    const numbers = [null, ...this.branches.keys()];
    const complete = numbers
      .flatMap((number) => lineOf(trained, number).filter(({ key }) => key.branch === number))
      .filter(({ checkpoint }) => checkpoint.status === 'done')
      .sort((a, b) => b.checkpoint.step - a.checkpoint.step);
    const current = chosen && keyText({ id: chosen.id, branch });
    const choose = ({ target }: Event) => {
      const found = complete.find(({ key }) => keyText(key) === (target as HTMLSelectElement).value);
      if (found) this.dispatchEvent(event(found.key.id, found.key.branch));
    };
    return html`<label>${name} <select aria-label=${label} data-testid=${name} @change=${choose}>
      ${chosen === null ? html`<option selected disabled>none</option>` : nothing}
      ${complete.map(
        ({ key, checkpoint }) =>
          html`<option value=${keyText(key)} .selected=${keyText(key) === current}>${checkpoint.step.toLocaleString('en-GB')}${key.branch === null ? '' : ', left behind'}</option>`,
      )}
    </select></label>`;
  }

  #missing(): string {
    if (this.problem !== null) return `The graph to compare with could not be fetched: ${this.problem}.`;
    if (this.base === null) return 'There is no earlier checkpoint to compare with.';
    return this.graph === null
      ? 'This checkpoint has no complete graph yet.'
      : 'Fetching the graph to compare with.';
  }

  #tables({ edges, nodes, roles, ...rest }: Difference): TemplateResult {
    const largest = Math.max(...edges.map(({ before, after }) => Math.abs(after - before)), 0);
    const largestMove = Math.max(
      ...nodes.flatMap((node) => [move(node.out), move(node.in)].map(Math.abs)),
      0,
    );
    return html`<div class="scroll">
      <p class="totals">${totalsText({ edges, nodes, roles, ...rest })}</p>
      ${roles.length === 0 ? nothing : html`<p class="roles">${roles.map(roleChangeText).join(' · ')}</p>`}
      <div class="tables">
        <table part="edges">
          <thead><tr><th scope="col">edge</th><th scope="col">before</th><th scope="col">after</th><th scope="col" colspan="2">change</th></tr></thead>
          <tbody>${edges.map(
            ({ source, target, before, after, fate }) => html`<tr class=${fate} title=${fate}>
              <th scope="row">${source} → ${target}</th><td>${weightText(before)}</td><td>${weightText(after)}</td>
              <td class="change">${signedText(after - before)}</td><td class="bar">${bar(after - before, largest)}</td>
            </tr>`,
          )}</tbody>
        </table>
        <table part="nodes">
          <thead><tr><th scope="col">node</th><th scope="col" colspan="2">out-strength</th><th scope="col" colspan="2">in-strength</th></tr></thead>
          <tbody>${nodes.map(
            (node) => html`<tr>
              <th scope="row">${node.id}</th>
              ${[node.out, node.in].map(
                (
                  pair,
                ) => html`<td class="change" title="${weightText(pair[0])} → ${weightText(pair[1])}">${pair[0] === pair[1] ? '' : signedText(move(pair))}</td>
                  <td class="bar">${bar(move(pair), largestMove)}</td>`,
              )}
            </tr>`,
          )}</tbody>
        </table>
      </div>
    </div>`;
  }

  #compute(): Difference | null {
    const { analysis, base, shown, baseGraph, graph } = this;
    if (!analysis || !base || !shown || baseGraph?.checkpoint !== base.id || graph?.checkpoint !== shown.id)
      return null;
    const edges = possibleEdges(analysis.nodes);
    const isWhole = [baseGraph, graph].every(({ weights }) => weights.length === edges.targets.length);
    if (!isWhole) return null;
    return differenceOf({
      before: baseGraph,
      after: graph,
      rolesBefore: base.roles,
      rolesAfter: shown.roles,
      nodes: analysis.nodes,
      edges,
      activityThreshold: analysis.activityThreshold,
      limit: LISTED_MAX,
    });
  }
}

function move([before, after]: readonly [number, number]): number {
  return after - before;
}

/** From the middle to the right where it grew, to the left where it shrank. */
function bar(change: number, largest: number): TemplateResult | typeof nothing {
  if (change === 0 || largest === 0) return nothing;
  const share = (BAR_PERCENT * Math.abs(change)) / largest;
  return html`<i class=${change > 0 ? 'rise' : 'fall'} .style=${`width:${share}%`}></i>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-diff': PhasewatchDiff;
  }
}
