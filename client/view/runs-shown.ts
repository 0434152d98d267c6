/**
 * Which runs a chart shows beside its own, from what an attribute says (`a,b` or `*` for all), and how many tokens a step
 * of a run is: as an attribute says (`2097152` for every run, or `a=2097152,b=1048576`), else as the names of its
 * checkpoints say (`step1000-tokens4B`, `stage1-step150-tokens1B`, `step-001000-2BT`), which is rounded.
 */
import type { RunSummary } from '../../protocol/messages.ts';
import type { Checkpoint } from '../../protocol/state.ts';

/** With the chart's own; so many colours and dashes are told apart. */
export const RUNS_SHOWN_MAX = 8;

export type RunsShown = {
  /** Ids of the further runs. */
  readonly others: readonly string[];
  /** What could not be shown, and why. */
  readonly remarks: readonly string[];
};

/** @param own id of the chart's own run */
export function runsShown(
  wish: string | null,
  own: string | null,
  known: readonly Pick<RunSummary, 'id'>[],
): RunsShown {
  if (wish === null || own === null || known.length === 0) return { others: [], remarks: [] };
  const asked = wish.split(',').flatMap((word) => {
    const id = word.trim();
    return id === '*' ? known.map((run) => run.id) : id === '' ? [] : [id];
  });
  const ids = [...new Set(asked)].filter((id) => id !== own);
  const missing = ids.filter((id) => !known.some((run) => run.id === id));
  const here = ids.filter((id) => !missing.includes(id));
  const left = here.length - (RUNS_SHOWN_MAX - 1);
  return {
    others: here.slice(0, RUNS_SHOWN_MAX - 1),
    remarks: [
      ...missing.map(
        (id) => `There is no run ${id} here; there are ${known.map((run) => run.id).join(', ')}.`,
      ),
      ...(left > 0
        ? [`${left} more run${left === 1 ? ' is' : 's are'} left out: a chart shows ${RUNS_SHOWN_MAX}.`]
        : []),
    ],
  };
}

export type TokensPerStep = { readonly tokens: number; readonly isAsNamed: boolean };

/** Null where neither says it. */
export function tokensPerStep(
  said: string | null,
  run: string,
  checkpoints: readonly Pick<Checkpoint, 'id' | 'step'>[],
): TokensPerStep | null {
  const words = (said ?? '').split(',').map((word) => word.trim().split('='));
  const own = words.find(([id, value]) => value !== undefined && id === run)?.[1];
  const tokens = Number(own ?? words.find((word) => word.length === 1)?.[0]);
  if (tokens > 0 && Number.isFinite(tokens)) return { tokens, isAsNamed: false };
  // The later, the less has been rounded away.
  const named = checkpoints.findLast(({ id, step }) => step > 0 && tokensNamed(id) !== null);
  const total = named === undefined ? null : tokensNamed(named.id);
  return named && total ? { tokens: total / named.step, isAsNamed: true } : null;
}

const UNITS = { k: 1e3, m: 1e6, b: 1e9, t: 1e12 } as const;

function tokensNamed(id: string): number | null {
  const found =
    /step[-_]?\d+[-_](?:tokens[-_]?(\d+(?:\.\d+)?)([kmbt])|(\d+(?:\.\d+)?)([kmbt])t)(?![a-z\d])/i.exec(id);
  if (found === null) return null;
  const unit = (found[2] ?? found[4]).toLowerCase() as keyof typeof UNITS;
  return Number(found[1] ?? found[3]) * UNITS[unit];
}
