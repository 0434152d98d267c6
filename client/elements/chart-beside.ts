/**
 * What a chart has of further runs beside its own: the runs themselves, acquired while they are shown, and what stands
 * above the plot of them. Loaded when a chart is first asked for it.
 */
import { html, nothing, type ReactiveControllerHost, svg, type TemplateResult } from 'lit';
import { RunsController } from '../controllers/runs-controller.ts';
import type { Feed } from '../feed/feed.ts';
import type { Alignment } from '../feed/look.ts';
import type { Line } from '../view/lines.ts';
import { type LinesShown, linesShown } from '../view/lines-shown.ts';
import { wholeText } from '../view/number.ts';
import type { Panel } from '../view/panels.ts';
import { runsShown } from '../view/runs-shown.ts';
import { lineOf, type Scene } from './chart-scene.ts';
import { sampleOf, textOf } from './chart-values.ts';
import { strokeOf } from './plot-lines.ts';

/** As attributes of a chart; null for what all charts of the feed show. */
export type BesideWish = {
  readonly runs: string | null;
  readonly align: Alignment | null;
  readonly tokensPerStep: string | null;
  readonly panel: Panel;
};

export class Beside {
  readonly #runs: RunsController;

  constructor(host: ReactiveControllerHost) {
    this.#runs = new RunsController(host);
  }

  lines(feed: Feed, own: Line, { runs, align, tokensPerStep, panel }: BesideWish): LinesShown {
    const { look } = feed;
    const { others, remarks } = runsShown(runs ?? look.runs, own.run, feed.runs);
    const acquired = this.#runs.follow(feed.source, others);
    const shown = linesShown({
      own,
      others: acquired.flatMap((run) => (run.state === null ? [] : [lineOf(run, run.state, panel)])),
      align: align ?? look.align,
      said: tokensPerStep ?? look.tokensPerStep,
    });
    return { ...shown, remarks: [...remarks, ...shown.remarks] };
  }

  /** Each run with its stroke, its name and its value at the cursor, else its latest. */
  legend(scene: Scene): TemplateResult {
    return html`<ul class="legend" part="legend">${scene.lines.map((line, index) => {
      const samples = samplesOf(scene, line);
      const [{ step }] = samples;
      const isElsewhere = scene.hovered !== null && step !== null && step * line.scale !== scene.hovered;
      return html`<li data-run=${line.run}>${strokeKey(index, 26)}
        <span class="run">${line.name}</span> <b>${samples.map(({ value }) => textOf(value)).join(' / ')}</b>${isElsewhere ? html` <small>at ${wholeText(step)}</small>` : nothing}
      </li>`;
    })}</ul>`;
  }

  /** The values alone, where another chart has the names. */
  values(scene: Scene): TemplateResult {
    return html`<div class="value many" part="value">${scene.lines.map((line, index) => {
      const words = samplesOf(scene, line).map(({ value }) => textOf(value));
      return html`<span title=${line.name}>${strokeKey(index, 14)} ${words.join(' / ')}</span>`;
    })}</div>`;
  }
}

function samplesOf(scene: Scene, line: Line): ReturnType<typeof sampleOf>[] {
  return scene.panel.metrics.map((_, metric) => sampleOf(scene, line, metric));
}

function strokeKey(index: number, width: number): TemplateResult {
  const { name, dash } = strokeOf({ line: index, metric: 0, several: true });
  return html`<svg width=${width} height="8" aria-hidden="true">${svg`<line x1="0" x2=${width} y1="4" y2="4" .style=${`stroke: var(--phasewatch-${name})`} stroke-width="2" stroke-dasharray=${dash.join(' ')} />`}</svg>`;
}
