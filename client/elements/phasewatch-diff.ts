/**
 * `<phasewatch-diff>`: what changed between two checkpoints, or what differs between two runs: edges and nodes, most
 * changed first, and the roles.
 *
 * Attributes: `at`, `base` (ids of the checkpoints to look at and to compare with), `with-run` (id of another run of the
 * source: the checkpoint looked at is compared with the one of equal step there, or the nearest below).
 * Reflects `data-edges` (number of rows). Parts: `title`, `toolbar`, `edges`, `nodes`.
 * Events: `phasewatch-compare`, `phasewatch-select`. Limit: 40 edges and 40 nodes are listed.
 */
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import '../binary.ts';
import { possibleEdges } from '../../protocol/graph.ts';
import type { RunSummary } from '../../protocol/messages.ts';
import type { Analysis, Branch, Checkpoint, Graph, RunInfo } from '../../protocol/state.ts';
import { RunsController } from '../controllers/runs-controller.ts';
import type { Feed } from '../feed/feed.ts';
import { type Difference, differenceOf } from '../view/difference.ts';
import {
  differenceText,
  fateText,
  type RunNames,
  roleDifferenceText,
  totalsText,
} from '../view/difference-words.ts';
import { type Counterpart, counterpartText, mismatchText, probeNote } from '../view/other-run.ts';
import { runOptions } from '../view/run-choice.ts';
import { pressed, type Sort } from '../view/sorting.ts';
import { checkpointPicker } from './checkpoint-picker.ts';
import { diffStyles } from './diff-styles.ts';
import { type EdgeColumn, edgeTable, type NodeColumn, nodeTable, sortedEdges } from './diff-tables.ts';
import { GraphAsking } from './graph-asking.ts';
import { coloursOf } from './heat-colours.ts';
import { Opposite } from './opposite.ts';
import './phasewatch-copy.ts';
import { wholeText } from '../view/number.ts';
import { type Table, Widget } from './widget.ts';
import { widgetStyles } from './widget-styles.ts';

const NO_CHECKPOINTS: readonly Checkpoint[] = [];
const NO_BRANCHES: readonly Branch[] = [];
const LISTED_MAX = 40;
/** Properties that the difference is made of. */
const COMPARED = ['analysis', 'from', 'to', 'fromGraph', 'toGraph', 'other'] as const;

/**
 * What changed between two checkpoints, or what differs between two runs.
 *
 * @fires phasewatch-compare - another base is asked for; cancelable
 * @fires phasewatch-select - a checkpoint is to be looked at; cancelable
 * @csspart title
 * @csspart toolbar
 * @csspart edges
 * @csspart nodes
 */
@customElement('phasewatch-diff')
export class PhasewatchDiff extends Widget {
  static override readonly styles = [widgetStyles, diffStyles];

  /** Id of the checkpoint to look at. */
  @property() at: string | null = null;
  /** Id of the checkpoint to compare with. */
  @property() base: string | null = null;
  /** Id of the run to compare with. */
  @property({ attribute: 'with-run' }) withRun: string | null = null;
  @state() private info: RunInfo | null = null;
  @state() private analysis: Analysis | null = null;
  @state() private checkpoints: readonly Checkpoint[] = [];
  @state() private branches: readonly Branch[] = [];
  @state() private runs: readonly RunSummary[] = [];
  @state() private from: Checkpoint | null = null;
  @state() private fromBranch: number | null = null;
  @state() private to: Checkpoint | null = null;
  @state() private toBranch: number | null = null;
  @state() private fromGraph: Graph | null = null;
  @state() private toGraph: Graph | null = null;
  @state() private problem: string | null = null;
  /** The run of `with-run`, as far as it is known. */
  @state() private other: RunInfo | null = null;
  @state() private counterpart: Counterpart | null = null;
  @state() private edgeSort: Sort<EdgeColumn> = { column: 'change', isDescending: true };
  @state() private nodeSort: Sort<NodeColumn> = { column: 'change', isDescending: true };
  readonly #asking = new GraphAsking();
  readonly #runs = new RunsController(this);
  readonly #opposite = new Opposite(() => this.requestUpdate());
  #difference: Difference | null = null;

  override get heading(): string {
    return 'Changes';
  }

  override get table(): Table | null {
    const difference = this.#difference;
    const sides = this.#sides();
    if (difference === null || sides === null) return null;
    return {
      caption: `Edges that changed most, from ${sides.from} to ${sides.to}`,
      head: ['source', 'target', sides.from, sides.to, 'change', 'activity'],
      rows: sortedEdges(difference.edges, this.edgeSort).map(({ source, target, before, after, fate }) => [
        ...[source, target, before, after, after - before, fateText(fate, this.#names())],
      ]),
    };
  }

  protected override get savedProperties(): readonly string[] {
    return [...super.savedProperties, 'at', 'base', 'withRun'];
  }

  protected override follow(feed: Feed): void {
    this.#asking.ask(feed, this.at, this.base);
    const { state, comparing, shown, shownKey, focus } = feed;
    const [other = null] = this.#runs.follow(feed.source, this.withRun === null ? [] : [this.withRun]);
    this.#opposite.follow(other, shown?.step ?? null);
    const isOther = this.withRun !== null;
    this.info = state?.run ?? null;
    this.analysis = state?.run.analysis ?? null;
    this.checkpoints = state?.checkpoints ?? NO_CHECKPOINTS;
    this.branches = state?.branches ?? NO_BRANCHES;
    this.runs = feed.runs;
    this.other = other?.state?.run ?? null;
    this.counterpart = this.#opposite.counterpart;
    this.from = isOther ? (this.counterpart?.checkpoint ?? null) : (comparing.base?.checkpoint ?? null);
    this.fromBranch = isOther ? null : (comparing.base?.key.branch ?? null);
    this.fromGraph = isOther ? this.#opposite.graph : comparing.graph;
    this.problem = isOther ? this.#opposite.problem : comparing.problem;
    this.to = shown;
    this.toBranch = shownKey?.branch ?? null;
    this.toGraph = focus.kind === 'graph' && !focus.partial ? focus.graph : null;
  }

  override disconnectedCallback(): void {
    this.bound?.comparing.want(this, false);
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (COMPARED.some((name) => changed.has(name))) this.#difference = this.#compute();
  }

  protected override render(): TemplateResult {
    const { from, to } = this;
    const difference = this.#difference;
    const lacks = this.missing !== null || this.info === null;
    return html`
      <div class="title" part="title"><h2>Changes</h2>
        ${difference && from && to ? html`<phasewatch-copy .text=${differenceText(difference, from, to, this.info?.name ?? '', this.#names()?.other ?? null)}></phasewatch-copy>` : nothing}
        ${this.tools()}</div>
      ${lacks ? html`<div class="lacking">${this.absence()}</div>` : this.#pickers()}
      ${lacks ? nothing : difference === null ? html`<p class="empty" data-testid="lack">${this.#lack()}</p>` : this.#tables(difference)}
    `;
  }

  protected override updated(): void {
    this.bound?.comparing.want(this, this.withRun === null);
    this.setAttribute('data-edges', String(this.#difference?.edges.length ?? 0));
  }

  protected override async figure(): Promise<string | null> {
    const { analysis } = this;
    const difference = this.#difference;
    const sides = this.#sides();
    if (difference === null || sides === null || analysis === null) return null;
    const { diffFigure } = await import('../figure/diff-figure.ts');
    const colour = coloursOf(this.renderRoot as ShadowRoot);
    return diffFigure({
      difference,
      sides,
      names: this.#names(),
      run: this.info?.name ?? '',
      analysis,
      colour,
    });
  }

  #pickers(): TemplateResult {
    const trained = { checkpoints: this.checkpoints, branches: this.branches };
    const others = runOptions(this.runs, this.withRun).filter(({ id }) => id !== this.info?.id);
    return html`<div class="toolbar" part="toolbar">
      ${
        this.withRun === null
          ? checkpointPicker(trained, {
              name: 'from',
              label: 'Compare with',
              chosen: this.from,
              branch: this.fromBranch,
              choose: (id, branch) => this.compareWith(id, branch),
            })
          : html`<span data-testid="counterpart">from <b>${this.other?.name ?? this.withRun}</b>${this.counterpart ? ` at ${counterpartText(this.counterpart)}` : ''}</span>`
      }
      ${checkpointPicker(trained, { name: 'to', label: 'Checkpoint', chosen: this.to, branch: this.toBranch, choose: (id, branch) => this.select(id, branch) })}
      ${
        others.length === 0
          ? nothing
          : html`<label>with <select aria-label="Run to compare with" data-testid="with-run" @change=${this.#runChosen}>
        <option value="" .selected=${this.withRun === null}>this run</option>
        ${others.map(({ id, label }) => html`<option value=${id} .selected=${id === this.withRun}>${label}</option>`)}
      </select></label>`
      }
    </div>`;
  }

  #lack(): string {
    if (this.withRun !== null) return this.#otherLack();
    if (this.problem !== null) return `The graph to compare with could not be fetched: ${this.problem}.`;
    if (this.from === null) return 'There is no earlier checkpoint to compare with.';
    return this.toGraph === null
      ? 'This checkpoint has no complete graph yet.'
      : 'Fetching the graph to compare with.';
  }

  #otherLack(): string {
    const { info, other, to, withRun } = this;
    if (info?.id === withRun)
      return `Expected another run than ${info?.name} to compare with, got the same one.`;
    if (other === null) return `Waiting for the run ${withRun}.`;
    const mismatch = this.#pair(mismatchText);
    if (mismatch !== null) return mismatch;
    if (this.problem !== null) return `The graph of ${other.name} could not be fetched: ${this.problem}.`;
    if (to !== null && this.from === null)
      return `${other.name} has no complete checkpoint at step ${wholeText(to.step)} or below.`;
    return this.toGraph === null
      ? 'This checkpoint has no complete graph yet.'
      : `Fetching the graph of ${other.name}.`;
  }

  #tables(difference: Difference): TemplateResult {
    const runs = this.#names();
    const { edges, nodes, roles } = difference;
    const note = runs && this.#pair(probeNote);
    return html`<div class="scroll" tabindex="0" role="region" aria-label="What changed">
      <p class="totals">${totalsText(difference, runs)}</p>
      ${note ? html`<p class="note">${note}</p>` : nothing}
      ${roles.length === 0 ? nothing : html`<p class="roles">${roles.map((change) => roleDifferenceText(change, runs)).join(' · ')}</p>`}
      <div class="tables">
        ${edgeTable({ edges, runs, sort: this.edgeSort, press: (column) => this.#sortEdges(column) })}
        ${nodeTable({ nodes, sort: this.nodeSort, press: (column) => this.#sortNodes(column) })}
      </div>
    </div>`;
  }

  #sortEdges(column: EdgeColumn): void {
    this.edgeSort = pressed(this.edgeSort, column, column === 'edge');
  }

  #sortNodes(column: NodeColumn): void {
    this.nodeSort = pressed(this.nodeSort, column, column === 'node');
  }

  #compute(): Difference | null {
    const { analysis, from, to, fromGraph, toGraph } = this;
    if (!analysis || !from || !to || fromGraph?.checkpoint !== from.id || toGraph?.checkpoint !== to.id)
      return null;
    if (
      this.withRun !== null &&
      (this.other === null || this.other.id === this.info?.id || this.#pair(mismatchText) !== null)
    )
      return null;
    const edges = possibleEdges(analysis.nodes);
    const isWhole = [fromGraph, toGraph].every(({ weights }) => weights.length === edges.targets.length);
    if (!isWhole) return null;
    return differenceOf({
      before: fromGraph,
      after: toGraph,
      rolesBefore: from.roles,
      rolesAfter: to.roles,
      nodes: analysis.nodes,
      edges,
      activityThreshold: analysis.activityThreshold,
      limit: LISTED_MAX,
    });
  }

  /** What is said of this run and the other one; null while one of them is not known. */
  #pair(say: typeof mismatchText): string | null {
    const { info, other } = this;
    if (!info?.analysis || !other?.analysis) return null;
    return say({ name: info.name, analysis: info.analysis }, { name: other.name, analysis: other.analysis });
  }

  #names(): RunNames | null {
    const { info, other } = this;
    if (this.withRun === null || info === null || other === null) return null;
    return info.name === other.name
      ? { own: info.id, other: other.id }
      : { own: info.name, other: other.name };
  }

  /** `step 512`, or `beta, step 512`. */
  #sides(): { readonly from: string; readonly to: string } | null {
    const { from, to } = this;
    if (from === null || to === null) return null;
    const names = this.#names();
    const [before, after] = [from, to].map(({ step }) => `step ${wholeText(step)}`);
    return names
      ? { from: `${names.other}, ${before}`, to: `${names.own}, ${after}` }
      : { from: before, to: after };
  }

  readonly #runChosen = (event: Event) => {
    this.withRun = (event.target as HTMLSelectElement).value || null;
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'phasewatch-diff': PhasewatchDiff;
  }
}
