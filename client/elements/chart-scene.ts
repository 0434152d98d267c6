/**
 * What a chart shows, put together from its feed and its attributes once an update: lines, ranges and marks. What costs
 * something is made again only where what it is made of is another.
 */
import type { PhaseChange } from '../../protocol/phases.ts';
import type { Branch, RunState } from '../../protocol/state.ts';
import type { Feed } from '../feed/feed.ts';
import { type Range, type StepAxis, shownRange, stepRange, widerOf } from '../view/axis.ts';
import { probableOf } from '../view/changes.ts';
import { curveColumns, TRAINER } from '../view/curve-columns.ts';
import { type Ghost, ghostsOf, stepSpan } from '../view/ghosts.ts';
import { type Line, spanOf, unplacedText } from '../view/lines.ts';
import type { LinesShown } from '../view/lines-shown.ts';
import type { Panel } from '../view/panels.ts';
import { bandsOf, type PhaseBand } from '../view/phase-bands.ts';
import { columnsOfRun } from '../view/run-columns.ts';
import type { View } from '../view/zoom.ts';

export type Scene = {
  readonly panel: Panel;
  /** The run's own first; none while nothing is known of it. */
  readonly lines: readonly Line[];
  /** Tokens of a step, where lines are in line by tokens. */
  readonly tokens: number | null;
  readonly remarks: readonly string[];
  /** Steps shown, and all there are to show. */
  readonly view: View;
  /** Steps that the lines reach, further ones and what trainers logged; null where it is those of the checkpoints. */
  readonly reach: Range | null;
  readonly branches: readonly Branch[];
  readonly ghosts: readonly Ghost[];
  readonly bands: readonly PhaseBand[];
  /** Those that stand. */
  readonly changes: readonly PhaseChange[];
  /** Step of the checkpoint in focus. */
  readonly focusStep: number | null;
  /** Step under the cursor, of whatever widget of the feed. */
  readonly hovered: number | null;
  /** Step that the numbers beside the title are of, null for the newest. */
  readonly readAt: number | null;
};

export type SceneWish = {
  readonly panel: Panel;
  /** Null for that of all charts of the feed. */
  readonly axis: StepAxis | null;
  /** What is shown beside the run itself, null for nothing. */
  readonly beside: ((own: Line) => LinesShown) | null;
};

export class ChartScene {
  readonly #bands = remembered(bandsOf);
  readonly #changes = remembered(probableOf);
  readonly #ghosts = remembered(
    (branches: readonly Branch[], panel: Panel, columns: Line['columns'], _version: number) =>
      ghostsOf(
        { checkpoints: columns.checkpoints, branches },
        panel.metrics.map(({ id }) => id),
      ),
  );

  of(feed: Feed, wish: SceneWish): Scene {
    const { state, look, shown } = feed;
    const { panel } = wish;
    const axis = wish.axis ?? look.axis;
    const own = state && lineOf(feed, state, panel);
    const alone: LinesShown = { lines: own === null ? [] : [own], tokens: null, remarks: [] };
    const { lines, tokens, remarks } = own === null ? alone : (wish.beside?.(own) ?? alone);
    const reach = lines.some(({ logged }, index) => index > 0 || logged > 0) ? spanOf(lines, axis) : null;
    const span = state && widerOf(stepSpan(state, axis), reach);
    const range = shownRange({ span, zoom: look.zoom, axis });
    const branches = state?.branches ?? NO_BRANCHES;
    return {
      panel,
      lines,
      tokens,
      remarks: [...remarks, ...unplacedText(lines, axis)],
      view: { range, whole: span === null ? range : stepRange(...span, axis), axis },
      reach,
      branches,
      ghosts:
        own && branches.length > 0 ? this.#ghosts(branches, panel, own.own, own.own.version) : NO_GHOSTS,
      bands: this.#bands(state?.segments ?? NO_SEGMENTS, axis),
      changes: this.#changes(state?.phaseChanges ?? NO_CHANGES),
      focusStep: shown?.step ?? null,
      hovered: look.hoveredStep,
      readAt: look.hoveredStep ?? (feed.chosen?.branch === null ? (shown?.step ?? null) : null),
    };
  }
}

const NO_BRANCHES: readonly Branch[] = [];
const NO_GHOSTS: readonly Ghost[] = [];
const NO_SEGMENTS: Parameters<typeof bandsOf>[0] = [];
const NO_CHANGES: readonly PhaseChange[] = [];

/** A run as a line, its columns as of now. */
export function lineOf(owner: object, state: RunState, { id }: Panel): Line {
  const { run, checkpoints } = state;
  const own = columnsOfRun(owner);
  own.follow(checkpoints);
  const columns = id.startsWith(TRAINER) ? curveColumns(state, id) : own;
  const logged = Math.max(0, ...state.trainer.map(({ steps }) => steps[steps.length - 1]));
  return { run: run.id, name: run.name, columns, own, logged, scale: 1 };
}

/** The same result for as long as the arguments are the same. */
function remembered<Arguments extends readonly unknown[], Result>(
  make: (...parts: Arguments) => Result,
): (...parts: Arguments) => Result {
  let last: { readonly parts: Arguments; readonly result: Result } | null = null;
  return (...parts) => {
    if (last === null || last.parts.some((part, index) => part !== parts[index]))
      last = { parts, result: make(...parts) };
    return last.result;
  };
}
